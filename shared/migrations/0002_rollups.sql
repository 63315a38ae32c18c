-- What is recomputed from raw events and replaced, never incremented: intervals of 15 minutes and days, per site.
-- An interval without a row in rollup_marks is what the events say (or empty); one with a mark is not to be trusted.
-- A day is to be trusted when neither it nor one of its intervals is marked.

-- One row per site that was ever rolled. A roll updates it first: two rolls of one site exclude each other here.
create table site_rollups (
  site_id         text collate "C" primary key,
  -- Time zone of the days in rollup_days; follows sites.timezone when the roll has rebuilt them.
  timezone        text not null,
  -- Intervals from here on have rows of every dimension, older ones of dimension 'all' only.
  detail_since    timestamptz not null,
  last_visitor_no integer not null default 0,
  rolled_at       timestamptz not null default now()
);

-- Visitors get numbers, dense per site, so that sets of them are small bitmaps.
create table visitors (
  site_id    text collate "C" not null,
  user_id    text collate "C" not null,
  visitor_no integer not null,
  -- With the number, so that looking it up reads the index alone.
  primary key (site_id, user_id) include (visitor_no)
);

-- Days that a roll has touched and that are not computed yet. Written by rolls only.
create table rollup_day_marks (
  site_id text collate "C" not null,
  day     date not null,
  primary key (site_id, day)
);

-- event_type '' of dimension 'all' stands for all types together. visitors is a Roaring bitmap (portable format) of visitor
-- numbers, visitor_count its size. No unique key: a value may be longer than an index entry may be, and a hash of it can be
-- made to collide; rolls delete before they insert, under the lock of site_rollups, and `verify` finds what is there twice.
create table rollup_15m (
  site_id        text collate "C" not null,
  interval_start timestamptz not null,
  dimension      text collate "C" not null,
  event_type     text collate "C" not null,
  value          text collate "C" not null,
  events         integer not null,
  visitor_count  integer not null,
  visitors       bytea not null
);
create index rollup_15m_key on rollup_15m (site_id, dimension, interval_start, event_type, hashtextextended(value, 0));

create table rollup_days (
  site_id        text collate "C" not null,
  day            date not null,
  dimension      text collate "C" not null,
  event_type     text collate "C" not null,
  value          text collate "C" not null,
  events         integer not null,
  visitor_count  integer not null,
  visitors       bytea not null
);
create index rollup_days_key on rollup_days (site_id, dimension, day, event_type, hashtextextended(value, 0));

-- Bitmaps are compressed by their nature.
alter table rollup_15m alter column visitors set storage external;
alter table rollup_days alter column visitors set storage external;
