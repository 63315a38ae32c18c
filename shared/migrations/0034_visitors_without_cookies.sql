-- What visitors who bring no id are told apart by: random, one for each UTC day, the one before kept for a day so that a visit over
-- midnight goes on. Once it is deleted nobody can find out who a visitor was.
create table visitor_salts (
  day  date primary key,
  salt bytea not null
);

-- What is not to be found out about the visitors of a site: names of enrichments, see shared/src/enrichments.ts.
alter table sites add column enrichment_off text[] not null default '{}';

-- Set by rolls once the site has such visitors, who are others on another day.
alter table sites add column daily_visitors boolean not null default false;
