-- For two releases that run beside each other, and for tables that are spread over several machines.

-- The major version of the schema. A migration that releases before it cannot live with raises it; their services then refuse
-- to start. All others keep it, so that the release before goes on beside the new one during an upgrade.
create table schema_major (
  only_row boolean primary key default true check (only_row),
  major integer not null
);
insert into schema_major (major) values (1);

-- Which table of built-in tasks wrote a row: an older release neither changes nor removes what a newer one has written.
alter table schedules add column task_version integer not null default 0;

-- The key contains the site, '' where a payload names none. Release 0.3, which may run beside this one, writes null there: it
-- stays allowed until a release no longer supports that, and two equal ones still count as one. Its `on conflict do nothing`
-- names no key, so that it goes by this one.
update dead_letter_events set site_id = '' where site_id is null;
alter table dead_letter_events alter column site_id set default '';
create unique index dead_letter_events_key on dead_letter_events (site_id, id) nulls not distinct;
create index dead_letter_events_id on dead_letter_events (id);
alter table dead_letter_events drop constraint dead_letter_events_pkey;
