-- Exports: what is to be written to a file, how far that is, and the file until it expires.

create table exports (
  site_id text collate "C" not null,
  id uuid not null,
  dataset text not null,
  -- As they were asked for, relative ranges too, which are resolved as of created_at.
  params jsonb not null,
  format text not null,
  compression text not null default 'none' check (compression in ('none', 'gzip')),
  include_metadata boolean not null default false,
  bom boolean not null default false,
  -- What a browser is told to call the file.
  filename text not null,
  -- A second name of the file in the folder of exports, asked for by a job; null: none.
  output_path text,
  status text not null default 'pending' check (status in ('pending', 'processing', 'completed', 'failed', 'expired')),
  row_count bigint not null default 0,
  bytes bigint not null default 0,
  -- How much of its range is written; null where the rows do not tell.
  percent smallint check (percent between 0 and 100),
  -- SHA-256 of the file, in hexadecimal.
  checksum text,
  error text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  expires_at timestamptz,
  -- Where the file is, or is being written, and its name there: a new one for each attempt.
  store text check (store in ('disk', 's3')),
  file text,
  -- The attempt that may write; whoever started an earlier one stops when it sees another.
  run uuid,
  attempts integer not null default 0,
  -- When somebody last said that it is being worked on.
  touched_at timestamptz not null default now(),
  -- Who asked; null where no key is needed.
  key_id uuid,
  downloads bigint not null default 0,
  primary key (site_id, id)
);
-- Not unique, as no index is without the site: ids are random.
create index exports_id on exports (id);
create index exports_created on exports (created_at desc, id desc);
create index exports_site_created on exports (site_id, created_at desc, id desc);
create index exports_unfinished on exports (touched_at) where status in ('pending', 'processing');
create index exports_expiring on exports (expires_at) where status = 'completed';

-- Files of exports whose row is gone, such as of an erased site, until somebody who reaches the store has removed them.
create table export_leftovers (
  store text not null,
  file text not null,
  output_path text,
  primary key (store, file)
);

-- What links to files are signed with where LINK_SECRET is not set: made once, the same for all replicas.
create table link_secrets (
  only_row boolean primary key default true check (only_row),
  secret text not null
);
