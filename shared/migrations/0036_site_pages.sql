-- What people keep for a site beside its events, and see on its pages.

-- Events that somebody waits for: of a type, on a page, or both. A page alone means its views.
create table goals (
  site_id text collate "C" not null,
  id uuid not null,
  name text not null,
  event_type text,
  -- `*` is any text without a slash, `**` any text.
  path text,
  -- The property whose numbers the goal is worth.
  value_property text,
  created_at timestamptz not null default now(),
  primary key (site_id, id),
  unique (site_id, name),
  check (event_type is not null or path is not null)
);

-- What happened at a time, to be seen beside the figures.
create table annotations (
  site_id text collate "C" not null,
  id uuid not null,
  kind text not null check (kind in ('deployment', 'campaign', 'note')),
  "at" timestamptz not null,
  -- When it was over; null: it was a moment.
  "until" timestamptz,
  "text" text not null,
  created_at timestamptz not null default now(),
  primary key (site_id, id)
);

-- Questions that are asked again.
create table saved_views (
  site_id text collate "C" not null,
  id uuid not null,
  kind text not null check (kind in ('segment', 'funnel', 'retention', 'journeys')),
  name text not null,
  -- The body of the question, without its site, range, zone and, but for segments, filters.
  definition jsonb not null,
  created_at timestamptz not null default now(),
  primary key (site_id, id)
);
