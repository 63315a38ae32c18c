-- A segment is a copy of a site's events of some 15-minute intervals, column by column: `data` is packed blocks of columns, and
-- `directory` says where each of them is. `covers` are the intervals, counted since 1970, as bounds in pairs: [from, to, from, to, ...].
-- Of two segments that cover an interval the one with the greater version counts. Without `data` its events have to be read one by one.
create sequence segment_versions;
create table segments (
  site_id   text collate "C" not null,
  starts    timestamptz not null,
  ends      timestamptz not null,
  -- Never given twice, so that whoever has read a segment may keep what was in it; after a backup is restored versions come again,
  -- but not with the time at which they were made.
  version   bigint not null default nextval('segment_versions'),
  made_at   timestamptz not null default clock_timestamp(),
  covers    integer[] not null,
  rows      integer not null,
  directory jsonb,
  data      bytea,
  primary key (site_id, starts, version)
);
-- Packed already, and read in parts, which a compressed value would not allow.
alter table segments alter column data set storage external;

-- What codes in segments mean: place n of `values` is code pack * 4096 + n, null once no event has that value any more. Codes are
-- given by rolls under the claim of their site, and never for another value.
create table segment_values (
  site_id  text collate "C" not null,
  "column" text collate "C" not null,
  pack     integer not null,
  values   text[] not null,
  primary key (site_id, "column", pack)
);

-- From here on every interval that is not marked is in a segment, unless it never had an event; null while there are none.
alter table site_rollups add column segments_since timestamptz;
-- rolled_at of the last roll that wrote segments: where the two differ an earlier release has rolled since.
alter table site_rollups add column segments_at timestamptz not null default now();
-- Set by erasures: what is left of erased events in segments that newer ones have replaced, and in values, is to be removed.
alter table site_rollups add column segments_purge boolean not null default false;
