/** What it costs to find out everything about a view: against the same events where nothing is to be found out, and bare Express. */
import { enrichmentNames } from '@millrace/shared/contract/enrichments';
import { alternateRounds, type Contestant } from '../alternate-rounds.js';
import { type Bench, withClosing } from '../bench.js';
import { writePageBodies } from '../load/write-bodies.js';
import { loadRatioRow } from '../load-row.js';
import { limitRow, type Row } from '../row.js';
import { createDatabase } from '../sides/create-database.js';
import { countQueuedEvents, openQueue } from '../sides/queue-look.js';
import { queueEnvironment, startBareExpress, startIngestion } from '../sides/start-sides.js';
import { startRedis } from '../sides/start-stores.js';

const [enriched, plain] = ['edge', 'edge-off'] as const;
const name = 'edge: POST /event of a view, 64 connections, everything found out';

/** Ingestion reads the settings of sites when it starts. */
const switchOff = 'insert into sites (site_id, enrichment_off) values ($1, $2)';

export const measureEdge = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    const redis = await startRedis(closing);
    const database = await createDatabase(bench, closing);
    await database.pool.query(switchOff, [plain, enrichmentNames]);
    const server = await startIngestion(bench, closing, { ...queueEnvironment(redis), DATABASE_URL: database.url });
    const queue = { queue: await openQueue(closing, 'event-ingest', redis), countEvents: countQueuedEvents };
    const express = await startBareExpress(bench, closing, {});
    const load = { path: '/event', connections: 64, eventsPerRequest: 1 } as const;
    const of = (siteId: string): Contestant => ({
      ...load,
      server,
      queue,
      bodiesFile: writePageBodies(closing, siteId),
    });
    const rounds = await alternateRounds(bench, {
      enriched: of(enriched),
      plain: of(plain),
      express: { ...load, server: express, bodiesFile: writePageBodies(closing, enriched) },
    });
    return [
      loadRatioRow(bench.tool, `${name}, vs nothing found out`, rounds.enriched, rounds.plain, 0.8),
      loadRatioRow(bench.tool, `${name}, vs bare Express, which keeps nothing`, rounds.enriched, rounds.express, 2),
      limitRow('edge: peak memory of ingestion with geo data', server.peakRssMb(), 300, 'MB'),
    ];
  });
