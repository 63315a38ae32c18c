-- Which hostnames of the site the rows of dimension 'referrer' were made with. Where they are not those of table sites, the
-- dimension counts as incomplete, so that a change needs no more than a new list there.
alter table site_rollups add column hostnames text[] not null default '{}';
-- rolled_at of the last roll that knew about them. An earlier release sets rolled_at only: where the two differ it has rolled
-- since, with referrers as it understands them, and the dimension counts as incomplete as well.
alter table site_rollups add column hosts_rolled_at timestamptz not null default now();
