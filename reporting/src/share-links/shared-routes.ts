/** What can be asked through a shared link: the routes that a dashboard reads, and no others. */
import { siteIdPattern } from '@millrace/shared/contract/ids';

/** Methods and paths below `/api/v1`. Each of them keeps to the site and the filters of the link: see `guest.ts`. */
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
  /** As the routes have it. */
  path: string;
  /** The site that the path names. */
  siteId: string | undefined;
}

const ofSite = /^\/sites\/([^/]+)(\/.*)?$/;
const routes: readonly string[] = sharedRoutes;

/**
 * `path` is what follows `/api/v1`, compared byte by byte: nothing is decoded, so that no other spelling gets anywhere. Undefined for
 * everything that is not on the list.
 */
export function matchShared(method: string, path: string): SharedAddress | undefined {
  const [, siteId, rest = ''] = ofSite.exec(path) ?? [];
  if (siteId !== undefined && !siteIdPattern.test(siteId)) return undefined;
  const pattern = siteId === undefined ? path : `/sites/{site_id}${rest}`;
  const isListed = routes.includes(`${method === 'HEAD' ? 'GET' : method} ${pattern}`);
  return isListed ? { path: `/api/v1${path}`, siteId } : undefined;
}
