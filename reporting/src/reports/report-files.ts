/** Files of reports: written whole or not at all, and known from before their first byte on, so that none is left behind. */
import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Pool } from '@millrace/shared/postgres';
import type { ByteRange, ExportStore, ExportStores, StoreKind } from '../exports/export-store.js';
import type { Report } from './report.js';

export interface KeptFile {
  store: StoreKind;
  file: string;
  bytes: number;
  /** SHA-256, hexadecimal. */
  checksum: string;
}

const note = '/* reporting.noteReportFile */ insert into report_files (store, file) values ($1, $2)';

/** A new file of the chunks. */
export async function keepFile(
  pool: Pool,
  store: ExportStore,
  extension: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<KeptFile> {
  const file = `${randomUUID()}.${extension}`;
  await pool.query(note, [store.kind, file]);
  const hash = createHash('sha256');
  let bytes = 0;
  async function* measured() {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  await store.write(file, measured());
  return { store: store.kind, file, bytes, checksum: hash.digest('hex') };
}

const forget = '/* reporting.forgetReportFile */ delete from report_files where store = $1 and file = $2';

export async function dropFile(pool: Pool, stores: ExportStores, { store, file }: Pick<KeptFile, 'store' | 'file'>) {
  const place = stores.of(store);
  // Of a place that is not configured any more nothing can be removed; it stays noted for when it is again.
  if (!place) return;
  await place.remove(file);
  await pool.query(forget, [store, file]);
}

/** The file of a report, or a part of it; undefined where it is gone. */
export async function openFile(
  stores: ExportStores,
  { store, file, bytes }: Pick<Report, 'store' | 'file' | 'bytes'>,
  range: ByteRange = { start: 0, end: (bytes ?? 1) - 1 },
): Promise<Readable | undefined> {
  return store === null || file === null ? undefined : stores.of(store)?.open(file, range);
}

/** Past their time, or of no report: its site was erased, or whoever wrote it died; an hour is more than writing takes. */
const old = `/* reporting.oldReportFiles */
select store, file from report_files where created_at < $1 or (created_at < now() - interval '1 hour' and not exists (
  select 1 from reports where reports.file = report_files.file))
order by created_at limit 500`;

const expire = `/* reporting.expireReportFile */
update reports set file = null, store = null where site_id = $1 and id = $2`;

const owners = '/* reporting.ownersOfFile */ select site_id as "siteId", id from reports where file = $1';

/** Removes files of reports older than `before`, whose rows stay, and those that no report has; how many. */
export async function cleanFiles(pool: Pool, stores: ExportStores, before: Date): Promise<number> {
  const { rows } = await pool.query<Pick<KeptFile, 'store' | 'file'>>(old, [before]);
  for (const row of rows) {
    const { rows: reports } = await pool.query<{ siteId: string; id: string }>(owners, [row.file]);
    for (const { siteId, id } of reports) await pool.query(expire, [siteId, id]);
    await dropFile(pool, stores, row);
  }
  return rows.length;
}
