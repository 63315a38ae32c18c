-- Partitions of events, created and dropped by whoever may call these functions: doing it oneself takes the owner of events, and a
-- partition created by another user could not be changed by later migrations. `month` is `YYYY-MM`.

create function events_partition_of(month text) returns text language sql stable strict as $$
  select 'events_' || to_char(to_date(month, 'YYYY-MM'), 'YYYY_MM')
$$;

-- Created separately and then attached: `create table ... partition of` would block every reader and writer of events.
create function create_events_partition(month text) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
declare
  name text := events_partition_of(month);
  starts timestamp := to_date(month, 'YYYY-MM');
begin
  execute format('create table %I (like events including defaults)', name);
  execute format('alter table events attach partition %I for values from (%L) to (%L)', name,
    to_char(starts, 'YYYY-MM-DD') || ' 00:00:00Z', to_char(starts + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00Z');
  -- Reporting reads the current months by name. The role is missing if the migrating user may not create roles.
  if exists (select from pg_roles where rolname = 'millrace_reporting') then
    execute format('grant select on %I to millrace_reporting', name);
  end if;
end $$;

create function drop_events_partition(month text) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  execute format('alter table events detach partition %I', events_partition_of(month));
  execute format('drop table %I', events_partition_of(month));
end $$;

-- Refuses new events of this month before `since`.
create function close_events_partition(month text, since timestamptz) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  execute format('alter table %I add constraint %I check (timestamp >= %L) not valid', events_partition_of(month),
    events_partition_of(month) || '_closed', since);
end $$;

-- What Postgres calls by itself only after a vacuum.
create function summarize_events_partition(partition_index regclass) returns integer language sql
security definer set search_path = public, pg_temp as $$
  select brin_summarize_new_values(partition_index)
  from pg_index join pg_inherits on inhrelid = indrelid where indexrelid = partition_index and inhparent = 'events'::regclass
$$;

revoke execute on function create_events_partition, drop_events_partition, close_events_partition, summarize_events_partition
  from public;
