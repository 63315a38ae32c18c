-- Jobs with a name, whose data have placeholders that are filled in when one is added.
create table job_templates (
  id          text collate "C" primary key,
  name        text not null,
  description text,
  queue       text not null,
  job         text not null,
  data        jsonb not null default '{}',
  -- What stands for a placeholder that nobody gives a value.
  params      jsonb not null default '{}',
  -- priority and delay of its jobs, where they have them.
  options     jsonb not null default '{}',
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now()
);

-- A schedule of a template has queue 'job-template', which no release knows as a queue: one before this leaves it alone. Its data
-- hold what the placeholders get.
alter table schedules add column template_id text collate "C" references job_templates;
create index schedules_template on schedules (template_id) where template_id is not null;
