-- Since when the rollups of a site are complete, for each dimension: what lies before is counted from raw events. Releases that
-- do not know the column roll these four. A dimension that is not named has no rows yet; the next roll fills it in.
alter table site_rollups add column dimensions_since jsonb not null
  default '{"all":"-infinity","path":"-infinity","referrer":"-infinity","profile":"-infinity"}';

-- When somebody asked for a site to be erased whole; the next roll does it, and takes the row with it.
alter table sites add column erase_requested_at timestamptz;
