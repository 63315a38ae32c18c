-- How a site's events arrive, by period.
create table site_metrics (
  site_id      text collate "C" not null,
  metric_type  text not null,
  period_type  text not null,
  period_start timestamptz not null,
  figures      jsonb not null,
  computed_at  timestamptz not null default now(),
  primary key (site_id, metric_type, period_type, period_start)
);

-- Events that arrived once more, by when they did. Append-only, written by the insert that found them.
create table event_duplicates (
  site_id    text collate "C" not null,
  arrived_at timestamptz not null default now(),
  duplicates integer not null
);
create index event_duplicates_site on event_duplicates (site_id, arrived_at);
-- Dead letters of a period are counted by when they came; theirs is the index of 0001.
