/** Writes what the ledger counts to the database, each second and at the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import type { Ledger } from './ledger.js';

/** Whole counts of this process, not differences: written twice they are the same. */
const statement = `/* ingestion.noteCounts */
insert into event_accounts (process, hour, accepted, rejected)
select $1::bigint, * from unnest($2::timestamptz[], $3::bigint[], $4::bigint[])
on conflict (process, hour) do update set accepted = greatest(event_accounts.accepted, excluded.accepted),
  rejected = greatest(event_accounts.rejected, excluded.rejected)`;

/** Writes what has changed since the last time. */
export async function noteCounts(pool: Pool, ledger: Ledger): Promise<void> {
  const counts = ledger.changed();
  if (counts.length === 0) return;
  await pool.query(statement, [
    ledger.process,
    counts.map(({ hour }) => hour),
    counts.map(({ accepted }) => accepted),
    counts.map(({ rejected }) => rejected),
  ]);
  ledger.noted(counts);
}

const everyMs = 1_000;
/** For the last time. */
const lastTimeMs = 2_000;

/** Returns the function that ends it, after a last time. Without a database nothing is noted. */
export function keepNoting(url: string | undefined, ledger: Ledger, logger: Logger): () => Promise<void> {
  if (url === undefined) return async () => {};
  const pool = createPool(url, logger, {
    max: 1,
    statementTimeoutMs: 5_000,
    applicationName: 'millrace-ingestion-counts',
  });
  const logError = createErrorLog(logger, 'could not note how many events came; trying again', 60_000);
  let noting: Promise<void> | undefined;
  const note = () => {
    noting ??= noteCounts(pool, ledger)
      .catch(logError)
      .finally(() => {
        noting = undefined;
      });
    return noting;
  };
  const timer = setInterval(note, everyMs);
  return async () => {
    clearInterval(timer);
    const noted = (async () => {
      await noting;
      await note();
      await pool.end();
    })();
    // The jobs tell the processor the same: a database that does not answer is not waited for.
    await Promise.race([noted, sleep(lastTimeMs, undefined, { ref: false })]);
  };
}
