import { rmSync } from 'node:fs';
import { makeThrowAwayFolder } from '@millrace/dev/stores/throw-away-folder';
import { inTransaction, type Pool } from '@millrace/shared/platform/postgres';
import { type Bench, withClosing } from '../bench.js';
import { createPartitions } from '../sides/create-database.js';
import type { TrafficPlan } from './make-traffic.js';
import { type Chunk, copyColumns, writeChunks } from './write-chunks.js';

const addSites = `/* bench.addSites */
insert into sites (site_id) select distinct site_id from unnest($1::text[]) as site_id on conflict do nothing`;

const addMarks = `/* bench.addMarks */
insert into rollup_marks (site_id, interval_start)
select mark.site_id, to_timestamp(mark.seconds) from unnest($1::text[], $2::integer[]) as mark(site_id, seconds)`;

/** Rows and marks go into one transaction, which readers rely on. The server reads the file itself, since it runs on this machine. */
function copyChunk(pool: Pool, { file, marks: { sites, seconds } }: Chunk, columns: string): Promise<void> {
  return inTransaction(pool, async (client) => {
    await client.query(addSites, [sites]);
    await client.query(`/* bench.copyChunk */ copy events (${columns}) from '${file.replaceAll("'", "''")}'`);
    await client.query(addMarks, [sites, seconds]);
  });
}

/** The first chunk is copied alone: it inserts all sites, which concurrent copies would otherwise wait for. */
const copiesAtOnce = 2;

/** Stores traffic with its sites and marks as the processor would, but faster. Writes chunks while earlier ones are copied. */
export const fillEvents = (bench: Bench, pool: Pool, plan: TrafficPlan): Promise<void> =>
  withClosing(bench, async (closing) => {
    const folder = makeThrowAwayFolder(closing);
    const startedAt = performance.now();
    await createPartitions(pool, new Date(plan.fromMs), new Date(plan.untilMs));
    const copying: Promise<unknown>[] = [];
    let isFirst = true;
    for await (const chunk of writeChunks(folder, plan)) {
      bench.stopped.throwIfAborted();
      if (copying.length === copiesAtOnce) await copying.shift();
      const copy = copyChunk(pool, chunk, copyColumns(plan)).finally(() => rmSync(chunk.file));
      // A failure is reported where the copy is awaited.
      copy.catch(() => undefined);
      copying.push(copy);
      if (isFirst) await copy;
      isFirst = false;
    }
    await Promise.all(copying);
    const rate = Math.round((plan.events * 1_000) / (performance.now() - startedAt));
    bench.say(`stored ${plan.events.toLocaleString('en')} events (${rate.toLocaleString('en')}/s)`);
  });
