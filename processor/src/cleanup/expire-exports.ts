/** Marks old exports as expired and queues their files for removal. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { type CleanupStep, daysBefore } from './cleanup-step.js';

const batch = 1_000;

const findExpired = `/* processor.findExpired */
select site_id as "siteId", id from exports where status = 'completed' and (expires_at < $1 or finished_at < $2) limit ${batch}`;

/** Reporting's worker removes the files in export_leftovers within a minute. */
const expire = `/* processor.expireExport */
with expired as (
  update exports set status = 'expired' where site_id = $1 and id = $2 and status = 'completed'
  returning store, file, output_path
)
insert into export_leftovers (store, file, output_path)
select store, file, output_path from expired where file is not null on conflict do nothing`;

async function expireBatch(pool: Pool, now: Date, finishedBefore: Date | null): Promise<number> {
  const { rows } = await pool.query<{ siteId: string; id: string }>(findExpired, [now, finishedBefore]);
  for (const { siteId, id } of rows) await pool.query(expire, [siteId, id]);
  return rows.length;
}

export const expireExports: CleanupStep = async ({ pool, now }, olderThan) => {
  const finishedBefore = olderThan === undefined ? null : daysBefore(now, olderThan);
  for (let exports = 0; ; ) {
    const some = await expireBatch(pool, now, finishedBefore);
    exports += some;
    if (some < batch) return { removed: { exports }, kept: [] };
  }
};
