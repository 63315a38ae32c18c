/** `GET /api/v1/sites/:site_id/live`: what happens on a site right now, as server-sent events. */
import { isKeyGood } from '@millrace/shared/access/keys';
import { checkSite } from '@millrace/shared/access/require-scope';
import type { Pool } from '@millrace/shared/postgres';
import type { RequestHandler, Response } from 'express';
import { accessOf } from './asker.js';
import type { Holder } from './live/listeners.js';
import type { Live } from './live/live.js';
import { fixedFilterOf, isGuest } from './share-links/guest.js';
import { parseSiteId } from './sites/parse-site-request.js';

export interface LiveRouteDependencies {
  live: Live;
  /** Where keys are. */
  writePool: Pool;
}

/** The key or shared link that a request came with; undefined where none is needed. A link that ends breaks its answers by itself. */
export function keyHolder(writePool: Pool, res: Response): Holder | undefined {
  const access = accessOf(res);
  if (!access) return undefined;
  const { keyId } = access;
  return { name: `key ${keyId}`, isGood: async () => isGuest(res) || isKeyGood(writePool, keyId) };
}

export function liveRoute({ live, writePool }: LiveRouteDependencies): RequestHandler {
  return (req, res) => {
    const siteId = parseSiteId(req.params.site_id);
    checkSite(res, siteId);
    live.openSite(req, res, { siteId, filter: fixedFilterOf(res) }, keyHolder(writePool, res));
  };
}
