-- Who left the recipients of a template through the link in a mail, apart from the template (instead of report_templates.unsubscribed): when
-- that is deleted its reports stay, and may be sent again. Whoever is made a recipient again has no row any more.
create table report_unsubscribes (
  template_id text collate "C" not null,
  -- In lower case.
  address text not null,
  -- Of the template; null where it is of all sites. The row goes with the site.
  site_id text collate "C",
  left_at timestamptz not null default now()
);
create unique index report_unsubscribes_key on report_unsubscribes (template_id, address, site_id) nulls not distinct;
insert into report_unsubscribes (template_id, address, site_id)
select id, address, site_id from report_templates, unnest(unsubscribed) address
where not exists (select 1 from jsonb_array_elements(recipients) recipient where lower((recipient ->> 'address') collate "C") = address);

-- Ids that somebody chose, such as those of slots, name one job for good; only numbers are given out again by a queue that was emptied.
-- Where a job was counted twice for that, the first of its reports keeps its id.
update reports set job_added_at = 'epoch'
where job_id !~ '^[0-9]+$' and revision = 1 and id in (
  select distinct on (site_id, job_id) id from reports where job_id is not null and revision = 1 order by site_id, job_id, created_at);
