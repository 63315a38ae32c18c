/** Removes files of exports past their life, and those whose row is gone. */
import type { Logger } from '@millrace/shared/logger';
import type { Pool } from '@millrace/shared/postgres';
import type { ExportStores, StoreKind } from './export-store.js';

export interface SweepDependencies {
  writePool: Pool;
  stores: ExportStores;
  logger: Logger;
}

interface ExpiredFile {
  siteId: string;
  id: string;
  store: StoreKind;
  file: string;
  outputPath: string | null;
}

const mostAtOnce = 100;

const overdue = `/* reporting.overdueExports */
select site_id as "siteId", id, store, file, output_path as "outputPath" from exports
where status = 'completed' and expires_at < now() order by expires_at limit ${mostAtOnce}`;

const expire = `/* reporting.expireExport */
update exports set status = 'expired' where site_id = $1 and id = $2 and status = 'completed'`;

/** A file in a place that is not configured any more cannot be reached; its row says so by keeping its status. */
export async function removeExportFile(
  stores: ExportStores,
  { store, file, outputPath }: Pick<ExpiredFile, 'store' | 'file' | 'outputPath'>,
): Promise<boolean> {
  const place = stores.of(store);
  if (!place) return false;
  if (outputPath !== null) await place.removeName?.(file, outputPath);
  await place.remove(file);
  return true;
}

async function sweepExpired({ writePool, stores }: SweepDependencies): Promise<number> {
  const { rows } = await writePool.query<ExpiredFile>(overdue);
  let removed = 0;
  for (const row of rows) {
    if (!(await removeExportFile(stores, row))) continue;
    await writePool.query(expire, [row.siteId, row.id]);
    removed += 1;
  }
  return removed;
}

const leftovers = `/* reporting.exportLeftovers */ select store, file, output_path as "outputPath" from export_leftovers limit ${mostAtOnce}`;
const forget = '/* reporting.forgetLeftover */ delete from export_leftovers where store = $1 and file = $2';

async function sweepLeftovers({ writePool, stores }: SweepDependencies): Promise<number> {
  const { rows } = await writePool.query<Omit<ExpiredFile, 'siteId' | 'id'>>(leftovers);
  let removed = 0;
  for (const { store, file, outputPath } of rows) {
    if (!(await removeExportFile(stores, { store, file, outputPath }))) continue;
    await writePool.query(forget, [store, file]);
    removed += 1;
  }
  return removed;
}

/** Safe to be done by several processes at once. */
export async function sweepExports(deps: SweepDependencies): Promise<void> {
  const expired = await sweepExpired(deps);
  const leftover = await sweepLeftovers(deps);
  if (expired + leftover > 0) deps.logger.info({ expired, leftover }, 'removed files of exports');
}
