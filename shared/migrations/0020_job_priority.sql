-- How soon jobs of the site run among others that wait in their queue: smaller is sooner. Null: as 0, before all that have one.
alter table sites add column job_priority integer check (job_priority between 0 and 2097151);
