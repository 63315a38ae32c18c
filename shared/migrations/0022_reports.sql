-- Reports: what is to be written and when, what was written, and to whom it went.

-- The id is a name for those that are there from the start, else a UUID.
create table report_templates (
  id text collate "C" primary key,
  -- Null: a report for each site that was active in the period.
  site_id text collate "C",
  name text not null,
  description text,
  schedule text not null check (schedule in ('daily', 'weekly', 'monthly', 'quarterly', 'custom')),
  cron text not null,
  timezone text not null default 'UTC',
  -- The length of a period of a custom schedule; of the others it follows from the schedule.
  period_type text not null check (period_type in ('day', 'week', 'month', 'quarter', 'year')),
  dataset text not null,
  params jsonb not null default '{}',
  format text not null,
  include_metadata boolean not null default false,
  -- [{"address": "anna@example.org", "name": "Anna"}]
  recipients jsonb not null default '[]',
  webhook text,
  secret text,
  is_active boolean not null default true,
  built_in boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((webhook is null) = (secret is null))
);

create table reports (
  site_id text collate "C" not null,
  id uuid not null,
  -- Null: asked for once, by a job.
  template_id text collate "C",
  -- When the schedule fired; null for one that was asked for.
  slot timestamptz,
  title text not null,
  dataset text not null,
  params jsonb not null default '{}',
  format text not null,
  include_metadata boolean not null default false,
  first_day date not null,
  last_day date not null,
  timezone text not null,
  recipients jsonb not null default '[]',
  webhook text,
  secret text,
  status text not null default 'pending' check (status in ('pending', 'generating', 'generated', 'failed')),
  -- 1, and one more each time that it is issued again.
  revision integer not null default 1,
  -- Events of the period came after it was written.
  revised boolean not null default false,
  data_version text,
  key_figures jsonb,
  file text,
  bytes bigint,
  row_count bigint,
  checksum text,
  error text,
  created_at timestamptz not null default now(),
  generated_at timestamptz,
  primary key (site_id, id)
);
-- One report for each template, slot and site however often its job runs.
create unique index reports_slot on reports (site_id, template_id, slot, revision) where slot is not null;
create index reports_created on reports (created_at);

-- One row for each report and recipient: whatever crashes or runs again, one message.
create table report_deliveries (
  site_id text collate "C" not null,
  report_id uuid not null,
  kind text not null check (kind in ('email', 'webhook')),
  recipient text not null,
  status text not null default 'pending' check (status in ('pending', 'sending', 'sent', 'failed', 'unknown', 'skipped')),
  attempts integer not null default 0,
  message_id text,
  error text,
  updated_at timestamptz not null default now(),
  sent_at timestamptz,
  primary key (site_id, report_id, kind, recipient),
  foreign key (site_id, report_id) references reports (site_id, id) on delete cascade
);
