/** Lists the routes that are available through a shared link: those a dashboard reads. */
import { siteIdPattern } from '@millrace/shared/contract/ids';

/** Methods and paths below `/api/v1`. Each of these routes enforces the site and the filters of the link, see `guest.ts`. */
export const sharedRoutes = [
  'GET /query',
  'POST /query',
  'POST /query/batch',
  'POST /funnel',
  'POST /retention',
  'POST /journeys',
  'GET /sites/{site_id}',
  'GET /sites/{site_id}/goals',
  'GET /sites/{site_id}/annotations',
  'GET /sites/{site_id}/saved-views',
  'GET /sites/{site_id}/live',
] as const;

export interface SharedAddress {
  /** As the routes expect it. */
  path: string;
  /** The site in the path. */
  siteId: string | undefined;
  /** The methods that the link allows there. */
  methods: readonly string[];
}

const ofSite = /^\/sites\/([^/]+)(\/.*)?$/;

const methodsByPath = new Map<string, string[]>();
for (const [method, path] of sharedRoutes.map((route) => route.split(' ') as [string, string])) {
  const methods = method === 'GET' ? ['GET', 'HEAD'] : [method];
  methodsByPath.set(path, [...(methodsByPath.get(path) ?? []), ...methods]);
}

/**
 * `path` follows `/api/v1` and is compared byte by byte without decoding, so that no other spelling matches. Undefined for everything
 * that is not on the list.
 */
export function matchShared(path: string): SharedAddress | undefined {
  const [, siteId, rest = ''] = ofSite.exec(path) ?? [];
  if (siteId !== undefined && !siteIdPattern.test(siteId)) return undefined;
  const methods = methodsByPath.get(siteId === undefined ? path : `/sites/{site_id}${rest}`);
  return methods && { path: `/api/v1${path}`, siteId, methods };
}
