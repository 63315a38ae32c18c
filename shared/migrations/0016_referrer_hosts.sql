-- Hosts of referrers are understood as a URL parser does: without credentials, port, final dot and `www.`. The rollups of this
-- dimension are of the old kind; the next roll of each site fills them in again, and until then it is counted from raw events.
update site_rollups set dimensions_since = dimensions_since - 'referrer';
