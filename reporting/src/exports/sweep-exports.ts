/** Removes files of exports past their life, and those whose row is gone. */
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type ExportStores, reachableStores, type StoreKind } from './export-store.js';

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

const mostAtOnce = 100;

const overdue = `/* reporting.overdueExports */
select site_id as "siteId", id, store, file, output_path as "outputPath" from exports
where status = 'completed' and expires_at < now() and store = any($1) order by random() limit ${mostAtOnce}`;

const expire = `/* reporting.expireExport */
update exports set status = 'expired' where site_id = $1 and id = $2 and status = 'completed'`;

/** A file in a place that is not configured any more cannot be reached; its row says so by keeping its status. */
export async function removeExportFile(
  stores: ExportStores,
  { store, file, outputPath }: RemovableFile,
): Promise<boolean> {
  const place = stores.of(store);
  if (!place) return false;
  if (outputPath !== null) await place.removeName?.(file, outputPath);
  await place.remove(file);
  return true;
}

/** Removes files, and notes each that is gone; one that cannot be removed keeps nothing from the others. Returns how many are gone. */
async function removeEach<File extends RemovableFile>(
  { stores, logger }: SweepDependencies,
  files: File[],
  noteGone: (file: File) => Promise<unknown>,
): Promise<number> {
  let removed = 0;
  for (const file of files) {
    try {
      if (!(await removeExportFile(stores, file))) continue;
      await noteGone(file);
      removed += 1;
    } catch (error) {
      logger.warn({ err: error, file: file.file }, 'file of an export not removed');
    }
  }
  return removed;
}

async function sweepExpired(deps: SweepDependencies): Promise<number> {
  const { writePool, stores } = deps;
  const { rows } = await writePool.query<ExpiredFile>(overdue, [reachableStores(stores)]);
  return removeEach(deps, rows, ({ siteId, id }) => writePool.query(expire, [siteId, id]));
}

const leftovers = `/* reporting.exportLeftovers */ select store, file, output_path as "outputPath" from export_leftovers
where store = any($1) order by random() limit ${mostAtOnce}`;
const forget = '/* reporting.forgetLeftover */ delete from export_leftovers where store = $1 and file = $2';

const note = `/* reporting.noteLeftover */
insert into export_leftovers (store, file, output_path) values ($1, $2, $3) on conflict do nothing`;

/** For the next sweep: a file that could not be removed. */
export async function noteLeftover(pool: Pool, { store, file, outputPath }: RemovableFile): Promise<void> {
  await pool.query(note, [store, file, outputPath]);
}

/** Once the file is gone. */
export async function forgetLeftover(
  pool: Pool,
  { store, file }: Pick<RemovableFile, 'store' | 'file'>,
): Promise<void> {
  await pool.query(forget, [store, file]);
}

async function sweepLeftovers(deps: SweepDependencies): Promise<number> {
  const { writePool, stores } = deps;
  const { rows } = await writePool.query<RemovableFile>(leftovers, [reachableStores(stores)]);
  return removeEach(deps, rows, (file) => forgetLeftover(writePool, file));
}

/** Safe to be done by several processes at once. */
export async function sweepExports(deps: SweepDependencies): Promise<void> {
  const expired = await sweepExpired(deps);
  const leftover = await sweepLeftovers(deps);
  if (expired + leftover > 0) deps.logger.info({ expired, leftover }, 'removed files of exports');
}
