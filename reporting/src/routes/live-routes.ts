import type { Pool } from '@millrace/shared/platform/postgres';
import type { RequestHandler } from 'express';
import type { Live } from '../live/live.js';
import type { OperatorQueues } from '../live/operator-queues.js';
import { operatorTopic } from '../live/watch-operation.js';
import { fixedFilterOf } from '../share-links/guest.js';
import { siteOf } from '../sites/site-records.js';

/** `GET /api/v1/sites/:site_id/live`: the current activity on a site, as server-sent events. */
export function liveRoute({ live }: { live: Live }): RequestHandler {
  return (req, res) => live.openSite(req, res, { siteId: siteOf(req, res), filter: fixedFilterOf(res) });
}

export interface OperatorDependencies {
  live: Live;
  writePool: Pool;
  /** Opens all queues; they are closed when the last listener leaves. */
  openOperatorQueues?: (() => OperatorQueues) | undefined;
}

const noQueues = (): OperatorQueues => ({ read: async () => [], close: async () => {} });

/** `GET /api/v1/operator/live`: queues and rates, as server-sent events. */
export function operatorRoute({
  live,
  writePool,
  openOperatorQueues = noQueues,
}: OperatorDependencies): RequestHandler {
  const watched = operatorTopic(writePool, openOperatorQueues);
  return (req, res) => live.open(req, res, watched);
}
