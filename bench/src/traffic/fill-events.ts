/** Turns a plan of traffic into stored events with their sites and marks, as the processor would leave them, only faster. */
import { rmSync } from 'node:fs';
import { makeThrowAwayFolder } from '@millrace/dev/throw-away-folder';
import { inTransaction, type Pool } from '@millrace/shared/postgres';
import { type Bench, withClosing } from '../bench.js';
import { createPartitions } from '../sides/create-database.js';
import type { TrafficPlan } from './make-traffic.js';
import { type Chunk, copyColumns, writeChunks } from './write-chunks.js';

const addSites = `/* bench.addSites */
insert into sites (site_id) select distinct site_id from unnest($1::text[]) as site_id on conflict do nothing`;

const addMarks = `/* bench.addMarks */
insert into rollup_marks (site_id, interval_start)
select mark.site_id, to_timestamp(mark.seconds) from unnest($1::text[], $2::integer[]) as mark(site_id, seconds)`;

/** Rows and marks in one transaction, since readers rely on it. The server reads the file itself: it is ours, on this machine. */
function copyChunk(pool: Pool, { file, marks: { sites, seconds } }: Chunk): Promise<void> {
  return inTransaction(pool, async (client) => {
    await client.query(addSites, [sites]);
    await client.query(`/* bench.copyChunk */ copy events (${copyColumns}) from '${file.replaceAll("'", "''")}'`);
    await client.query(addMarks, [sites, seconds]);
  });
}

/** A chunk is written while the one before it is copied. */
export const fillEvents = (bench: Bench, pool: Pool, plan: TrafficPlan): Promise<void> =>
  withClosing(bench, async (closing) => {
    const folder = makeThrowAwayFolder(closing);
    const startedAt = performance.now();
    await createPartitions(pool, new Date(plan.fromMs), new Date(plan.untilMs));
    let copying: Promise<unknown> = Promise.resolve();
    for await (const chunk of writeChunks(folder, plan)) {
      bench.stopped.throwIfAborted();
      await copying;
      copying = copyChunk(pool, chunk).finally(() => rmSync(chunk.file));
      // It fails where it is waited for.
      copying.catch(() => undefined);
    }
    await copying;
    const rate = Math.round((plan.events * 1_000) / (performance.now() - startedAt));
    bench.say(`stored ${plan.events.toLocaleString('en')} events (${rate.toLocaleString('en')}/s)`);
  });
