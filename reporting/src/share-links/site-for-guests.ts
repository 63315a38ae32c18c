import type { Response } from 'express';
import type { Site } from '../sites/read-sites.js';
import { fixedFilterOf } from './guest.js';

/**
 * What the dashboard shows of a site, without settings. Counts of the whole site are included only if the link has no filters. The time
 * of the first event always is, since the range `all` starts with it.
 */
export function siteForGuests(res: Response, site: Site) {
  const { site_id, name, timezone, session_minutes, first_event, last_event, events } = site;
  const shown = { site_id, name, timezone, session_minutes, first_event };
  return fixedFilterOf(res) ? shown : { ...shown, last_event, events };
}
