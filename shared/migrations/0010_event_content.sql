-- What a site says about its own pages, and what retries of events with a corrected time are known by.

-- Hosts of the site itself: a referrer on one of them counts as 'direct'. Normalised, without `www.`.
alter table sites add column hostnames text[] not null default '{}';
-- How paths become pages; null: as by default. Only what differs from the defaults has to stand here.
alter table sites add column path_rules jsonb;
create index sites_path_rules on sites (site_id) where path_rules is not null;

-- Events that came with `sent_at`, by what their client calls them. Their time is corrected by when they arrived, which is
-- different for each delivery: the first one stored decides. Written with the event, in one statement.
create table clocked_events (
  site_id     text collate "C" not null,
  client_time timestamptz not null,
  event_id    uuid not null,
  -- The event's time in table events.
  timestamp   timestamptz not null,
  arrived_at  timestamptz not null default now(),
  primary key (site_id, client_time, event_id)
);
create index clocked_events_arrived on clocked_events (arrived_at);
