import { enrichmentNames } from '@millrace/shared/contract/enrichments';
import { type Bench, withClosing } from '../bench.js';
import { alternateRounds, type Contestant } from '../load/alternate-rounds.js';
import { loadRatioRow } from '../load/load-row.js';
import { writePageBodies } from '../load/write-bodies.js';
import { limitRow, type Row } from '../row.js';
import { createDatabase } from '../sides/create-database.js';
import { queueEnvironment, startBareExpress, startIngestion } from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';
import { countQueuedEvents, openQueue } from '../sides/watch-queue.js';

const [enriched, plain] = ['edge', 'edge-off'] as const;
const name = 'edge: POST /event of a view, 64 connections, all enrichments';

/** Must run before ingestion starts, which then reads the settings of sites. */
const switchOff = 'insert into sites (site_id, enrichment_off) values ($1, $2)';

/**
 * What enrichment costs: page views with every enrichment against the same events of a site that has them all off, and against
 * bare Express.
 */
export const measureEdge = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    const redis = await startRedis(closing);
    const database = await createDatabase(bench, closing);
    await database.pool.query(switchOff, [plain, enrichmentNames]);
    const server = await startIngestion(bench, closing, { ...queueEnvironment(redis), DATABASE_URL: database.url });
    const queue = { queue: await openQueue(closing, 'event-ingest', redis), countEvents: countQueuedEvents };
    const express = await startBareExpress(bench, closing, {});
    const load = { path: '/event', connections: 64, eventsPerRequest: 1 } as const;
    const contestant = (siteId: string): Contestant => ({
      ...load,
      server,
      queue,
      bodiesFile: writePageBodies(closing, siteId),
    });
    const rounds = await alternateRounds(bench, {
      enriched: contestant(enriched),
      plain: contestant(plain),
      express: { ...load, server: express, bodiesFile: writePageBodies(closing, enriched) },
    });
    return [
      loadRatioRow(`${name}, vs no enrichment`, rounds.enriched, rounds.plain, 0.8),
      loadRatioRow(`${name}, vs bare Express, which stores nothing`, rounds.enriched, rounds.express, 2),
      limitRow('edge: peak memory of ingestion with geo data', server.peakRssMb(), 300, 'MB'),
    ];
  });
