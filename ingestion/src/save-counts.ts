/** Saves the ledger's counts to the database, every second and on shutdown. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import type { Ledger } from './ledger.js';

/** Writes totals of this process, not differences, so it is idempotent. */
const statement = `/* ingestion.saveCounts */
insert into event_accounts (process, hour, accepted, rejected)
select $1::bigint, * from unnest($2::timestamptz[], $3::bigint[], $4::bigint[])
on conflict (process, hour) do update set accepted = greatest(event_accounts.accepted, excluded.accepted),
  rejected = greatest(event_accounts.rejected, excluded.rejected)`;

async function saveCounts(pool: Pool, ledger: Ledger): Promise<void> {
  const counts = ledger.unsaved();
  if (counts.length === 0) return;
  await pool.query(statement, [
    ledger.process,
    counts.map(({ hour }) => hour),
    counts.map(({ accepted }) => accepted),
    counts.map(({ rejected }) => rejected),
  ]);
  ledger.markSaved(counts);
}

const intervalMs = 1_000;
const finalTimeoutMs = 2_000;

/** Returns the function that saves once more and stops. Does nothing without a database. */
export function keepSavingCounts(url: string | undefined, ledger: Ledger, logger: Logger): () => Promise<void> {
  if (url === undefined) return async () => {};
  const pool = createPool(url, logger, {
    max: 1,
    statementTimeoutMs: 5_000,
    applicationName: 'millrace-ingestion-counts',
  });
  const logError = createErrorLog(logger, 'could not save event counts; will retry', 60_000);
  let saving: Promise<void> | undefined;
  const save = () => {
    saving ??= saveCounts(pool, ledger)
      .catch(logError)
      .finally(() => {
        saving = undefined;
      });
    return saving;
  };
  const timer = setInterval(save, intervalMs);
  return async () => {
    clearInterval(timer);
    const finished = (async () => {
      await saving;
      await save();
      await pool.end();
    })();
    // No need to wait for a hung database: the jobs contain the same information for the processor.
    await Promise.race([finished, sleep(finalTimeoutMs, undefined, { ref: false })]);
  };
}
