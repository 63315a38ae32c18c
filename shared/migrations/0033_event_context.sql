-- What is known of the visitor and the page, see shared/src/event-columns.ts. Old events have none of it.
alter table events
  add column hostname text, add column title text, add column query text,
  add column country text, add column region text, add column city text,
  add column browser text, add column browser_version text, add column os text, add column os_version text,
  add column device text, add column language text, add column screen text, add column timezone text,
  add column utm_source text, add column utm_medium text, add column utm_campaign text, add column utm_term text,
  add column utm_content text, add column click_id text, add column source text, add column channel text,
  add column bot text;

-- Segments get these columns: rolls remove all of them and build them again. Until then questions read raw events.
update site_rollups set segments_since = null;
