import type { Pool } from '@millrace/shared/platform/postgres';
import type { ExportRow } from './export-row.js';
import type { ExportStores, StoreKind } from './export-store.js';
import { forgetLeftover, removeExportFile } from './sweep-exports.js';

/** Records the file as a leftover in the same statement, so a sweep removes it later if the store is unreachable now. */
const remove = `/* reporting.deleteExport */
with deleted as (
  delete from exports where site_id = $1 and id = $2 returning store, file, output_path
), noted as (
  insert into export_leftovers (store, file, output_path)
  select store, file, output_path from deleted where file is not null on conflict do nothing
)
select store, file, output_path as "outputPath" from deleted`;

type Deleted = { store: StoreKind | null; file: string | null; outputPath: string | null };

/** A worker that is writing the file notices and stops. Returns false if the export no longer existed. */
export async function deleteExport(
  pool: Pool,
  stores: ExportStores,
  { siteId, id }: Pick<ExportRow, 'siteId' | 'id'>,
): Promise<boolean> {
  const { rows } = await pool.query<Deleted>(remove, [siteId, id]);
  const [deleted] = rows;
  if (!deleted) return false;
  const { store, file, outputPath } = deleted;
  if (store === null || file === null) return true;
  const isGone = await removeExportFile(stores, { store, file, outputPath }).catch(() => false);
  if (isGone) await forgetLeftover(pool, { store, file });
  return true;
}
