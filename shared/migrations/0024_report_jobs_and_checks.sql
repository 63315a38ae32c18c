-- A queue that was emptied gives out its ids again: two jobs of one id are told apart by when they were added.
alter table reports add column job_added_at timestamptz;
drop index reports_job;
create unique index reports_job on reports (site_id, job_id, job_added_at) where job_id is not null and revision = 1;

-- The version of the events of its days when they were last counted: while it stays, they need not be counted again.
alter table reports add column checked_version text;
