/** `GET /api/v1/sites/:site_id/live`: the current activity on a site, as server-sent events. */
import type { RequestHandler } from 'express';
import type { Live } from '../live/live.js';
import { fixedFilterOf } from '../share-links/guest.js';
import { siteOf } from '../sites/keep-for-site.js';

export function liveRoute({ live }: { live: Live }): RequestHandler {
  return (req, res) => live.openSite(req, res, { siteId: siteOf(req, res), filter: fixedFilterOf(res) });
}
