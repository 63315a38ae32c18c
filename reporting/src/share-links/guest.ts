/** Requests through a shared link: they may read one site, within the filters of the link. */
import type { Access } from '@millrace/shared/access/keys';
import { ServiceError } from '@millrace/shared/platform/errors';
import { isExactNumber } from '@millrace/shared/platform/exact-json';
import type { Response } from 'express';
import { accessOf } from '../access/request-access.js';
import type { Filter } from '../query/resolved-query.js';
import { listFilters, parseFilters } from '../query-request/parse-filters.js';
import { refusal } from '../query-request/refuse.js';
import type { Site } from '../sites/read-sites.js';
import { mentionsPerson } from './person-conditions.js';
import type { ShareLink } from './share-link.js';

interface GuestAccess extends Access {
  /** Of the link; null: none. */
  filters: unknown[] | null;
}

/** Gives the request the access of the link, which is never more than reading. */
export function admitGuest(res: Response, { id, name, siteId, filters }: ShareLink): void {
  const access: GuestAccess = { keyId: id, name: name ?? id, scopes: ['read'], siteId, origins: null, filters };
  res.locals.access = access;
}

const guestOf = (res: Response): GuestAccess | undefined => {
  const access = accessOf(res);
  return access && 'filters' in access ? (access as GuestAccess) : undefined;
};

export const isGuest = (res: Response): boolean => guestOf(res) !== undefined;

const fixedFilters = (res: Response): unknown[] => guestOf(res)?.filters ?? [];

/** The filter that every event in the response must match; undefined if there is none. */
export function fixedFilterOf(res: Response): Filter | undefined {
  return parseFilters(fixedFilters(res), ['filters']);
}

/**
 * Adds the filters of the link to those of a request; all must match. To be called before the request is parsed, so that they are
 * cached, counted and echoed like any other filters.
 * @throws ServiceError `invalid_request` for filters that cannot be extended, `forbidden` for conditions about individual people.
 */
export function withFixedFilters(res: Response, request: unknown): unknown {
  if (isGuest(res) && mentionsPerson(request)) {
    throw new ServiceError('forbidden', 'Shared links cannot filter by user_id or session_id.');
  }
  const fixed = fixedFilters(res);
  const isObject = typeof request === 'object' && request !== null && !Array.isArray(request);
  // Anything but an object has no fields and is refused by the parser.
  if (fixed.length === 0 || !isObject || isExactNumber(request)) return request;
  const own = Object.hasOwn(request, 'filters') ? (request as { filters: unknown }).filters : [];
  if (!Array.isArray(own)) throw refusal(['filters'], 'must be a list');
  return { ...request, filters: [...listFilters(own, ['filters']), ...fixed] };
}

/**
 * What the dashboard shows of a site, without settings. Counts of the whole site are included only if the link has no filters. The time
 * of the first event always is, since the range `all` starts with it.
 */
export function siteForGuest(res: Response, site: Site) {
  const { site_id, name, timezone, session_minutes, first_event, last_event, events } = site;
  const shown = { site_id, name, timezone, session_minutes, first_event };
  return fixedFilterOf(res) ? shown : { ...shown, last_event, events };
}
