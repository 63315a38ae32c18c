/** What those who come by a shared link learn of the site itself. */
import type { Response } from 'express';
import type { Site } from '../sites/read-sites.js';
import { fixedFilterOf } from './guest.js';

/**
 * What a dashboard shows, and no settings. Numbers of the whole site only where the link filters nothing: the first event alone is
 * told always, since the range `all` begins with it.
 */
export function siteForGuests(res: Response, site: Site) {
  const { site_id, name, timezone, session_minutes, first_event, last_event, events } = site;
  const shown = { site_id, name, timezone, session_minutes, first_event };
  return fixedFilterOf(res) ? shown : { ...shown, last_event, events };
}
