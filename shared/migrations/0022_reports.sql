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
  -- Null: the clock of the schedule shows UTC, and days are those of each site.
  timezone text,
  period_type text not null check (period_type in ('day', 'week', 'month', 'quarter', 'year')),
  dataset text not null,
  params jsonb not null default '{}',
  format text not null,
  include_metadata boolean not null default false,
  -- [{"address": "anna@example.org", "name": "Anna"}]
  recipients jsonb not null default '[]',
  -- Addresses, in lower case, that left through the link in a mail; whoever is made a recipient again gets mail again.
  unsubscribed text[] not null default '{}',
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
  -- The job of the queue that asked for it; null for all others.
  job_id text,
  -- Of a file in EXPORT_DIR that is written besides, as the job wanted.
  output_name text,
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
  -- The id of its first revision.
  origin uuid not null,
  -- 1, and one more each time that it is issued again.
  revision integer not null default 1,
  -- Events of the period came after it was written.
  revised boolean not null default false,
  data_version text,
  -- When that was last compared with the events of now.
  checked_at timestamptz,
  key_figures jsonb,
  -- What another revision says otherwise than the one before it.
  changes jsonb,
  -- Where its file is, and the name there.
  store text check (store in ('disk', 's3')),
  file text,
  bytes bigint,
  row_count bigint,
  checksum text,
  error text,
  created_at timestamptz not null default now(),
  -- Nothing is done about it before: the period has to be over.
  due_at timestamptz not null default now(),
  -- When its jobs were put into the queue, for the last time.
  queued_at timestamptz,
  generated_at timestamptz,
  -- When it was sent to everybody, or given up.
  done_at timestamptz,
  -- How often it was asked to be sent again.
  resends integer not null default 0,
  primary key (site_id, id)
);
-- One report for each template, slot and site however often its job runs.
create unique index reports_slot on reports (site_id, template_id, slot) where slot is not null and revision = 1;
create unique index reports_job on reports (site_id, job_id) where job_id is not null and revision = 1;
create unique index reports_revision on reports (site_id, origin, revision);
create index reports_id on reports (id);
create index reports_template on reports (template_id, created_at);
create index reports_created on reports (created_at, id);
create index reports_checked on reports (checked_at) where status = 'generated' and not revised;
create index reports_open on reports (due_at) where done_at is null;
create index reports_file on reports (file);

-- Every file of a report from before its first byte on, so that none is left behind by a crash or by the erasure of a site.
create table report_files (
  store text not null,
  file text not null,
  created_at timestamptz not null default now(),
  primary key (store, file)
);
create index report_files_created on report_files (created_at);

-- One row for each report and recipient: whatever crashes or runs again, one message.
create table report_deliveries (
  site_id text collate "C" not null,
  report_id uuid not null,
  kind text not null check (kind in ('email', 'webhook')),
  recipient text not null,
  status text not null default 'pending' check (status in ('pending', 'sending', 'sent', 'failed', 'unknown', 'skipped')),
  attempts integer not null default 0,
  -- Attempts after which nobody knew whether the message had arrived.
  lost_attempts smallint not null default 0,
  -- How often somebody asked for it again, each time under another Message-ID.
  resends integer not null default 0,
  message_id text,
  error text,
  updated_at timestamptz not null default now(),
  sent_at timestamptz,
  primary key (site_id, report_id, kind, recipient),
  foreign key (site_id, report_id) references reports (site_id, id) on delete cascade
);

insert into report_templates (id, name, description, schedule, cron, period_type, dataset, params, format, include_metadata, built_in) values
  ('daily-activity-summary', 'Daily activity summary', 'Events, views and visitors of yesterday.',
    'daily', '0 9 * * *', 'day', 'activity-trends', '{}', 'csv', false, true),
  ('weekly-user-growth', 'Weekly user growth', 'Visitors, sign-ups and activity of each day of last week.',
    'weekly', '0 9 * * 1', 'week', 'timeseries', '{"metrics": ["visitors", "event:signup", "views", "events"], "dimensions": ["time:day"]}', 'csv', false, true),
  ('monthly-comprehensive', 'Monthly comprehensive report', 'Everything about last month: growth, activity, top items.',
    'monthly', '0 9 1 * *', 'month', 'comprehensive', '{}', 'json', true, true),
  ('quarterly-performance', 'Quarterly performance', 'How last quarter went, week by week: visitors, sign-ups, views, payments.',
    'quarterly', '0 9 1 1,4,7,10 *', 'quarter', 'timeseries', '{"metrics": ["visitors", "event:signup", "views", "events", "event:payment"], "dimensions": ["time:week"]}', 'csv', false, true);
-- The scheduler fires them as it does those that people make.
insert into schedules (id, name, queue, job, cron, timezone, data, catch_up)
select 'report-' || id, name, 'report-generation', 'report', cron, 'UTC', jsonb_build_object('templateId', id), 'newest'
from report_templates;
