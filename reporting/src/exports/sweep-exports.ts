import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { configuredStores, type ExportStores, type StoreKind } from './export-store.js';

export interface SweepDependencies {
  writePool: Pool;
  stores: ExportStores;
  logger: Logger;
}

interface RemovableFile {
  store: StoreKind;
  file: string;
  outputPath: string | null;
}

interface ExpiredFile extends RemovableFile {
  siteId: string;
  id: string;
}

const batchSize = 100;

const overdue = `/* reporting.overdueExports */
select site_id as "siteId", id, store, file, output_path as "outputPath" from exports
where status = 'completed' and expires_at < now() and store = any($1) order by random() limit ${batchSize}`;

const expire = `/* reporting.expireExport */
update exports set status = 'expired' where site_id = $1 and id = $2 and status = 'completed'`;

/** Returns false if the store of the file is no longer configured. */
export async function removeExportFile(
  stores: ExportStores,
  { store, file, outputPath }: RemovableFile,
): Promise<boolean> {
  const owner = stores.of(store);
  if (!owner) return false;
  if (outputPath !== null) await owner.removeName?.(file, outputPath);
  await owner.remove(file);
  return true;
}

/** A file that cannot be removed does not keep the others from being removed. Returns how many were. */
async function removeEach<File extends RemovableFile>(
  { stores, logger }: SweepDependencies,
  files: File[],
  onRemoved: (file: File) => Promise<unknown>,
): Promise<number> {
  let removed = 0;
  for (const file of files) {
    try {
      if (!(await removeExportFile(stores, file))) continue;
      await onRemoved(file);
      removed += 1;
    } catch (error) {
      logger.warn({ err: error, file: file.file }, 'could not remove an export file');
    }
  }
  return removed;
}

async function sweepExpired(deps: SweepDependencies): Promise<number> {
  const { writePool, stores } = deps;
  const { rows } = await writePool.query<ExpiredFile>(overdue, [configuredStores(stores)]);
  return removeEach(deps, rows, ({ siteId, id }) => writePool.query(expire, [siteId, id]));
}

const leftovers = `/* reporting.exportLeftovers */ select store, file, output_path as "outputPath" from export_leftovers
where store = any($1) order by random() limit ${batchSize}`;
const forget = '/* reporting.forgetLeftover */ delete from export_leftovers where store = $1 and file = $2';

const record = `/* reporting.recordLeftover */
insert into export_leftovers (store, file, output_path) values ($1, $2, $3) on conflict do nothing`;

/** Records a file for the next sweep. */
export async function recordLeftover(pool: Pool, { store, file, outputPath }: RemovableFile): Promise<void> {
  await pool.query(record, [store, file, outputPath]);
}

/** Call it once the file is removed. */
export async function forgetLeftover(
  pool: Pool,
  { store, file }: Pick<RemovableFile, 'store' | 'file'>,
): Promise<void> {
  await pool.query(forget, [store, file]);
}

async function sweepLeftovers(deps: SweepDependencies): Promise<number> {
  const { writePool, stores } = deps;
  const { rows } = await writePool.query<RemovableFile>(leftovers, [configuredStores(stores)]);
  return removeEach(deps, rows, (file) => forgetLeftover(writePool, file));
}

/** Removes expired files and leftovers. Safe to run in several processes at once. */
export async function sweepExports(deps: SweepDependencies): Promise<void> {
  const expired = await sweepExpired(deps);
  const leftover = await sweepLeftovers(deps);
  if (expired + leftover > 0) deps.logger.info({ expired, leftover }, 'removed export files');
}
