/** Files of reports: written whole or not at all, and known from before their first byte on, so that none is left behind. */
import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Pool } from '@millrace/shared/platform/postgres';
import { ExportFailure } from '../exports/export-failure.js';
import {
  type ByteRange,
  type ExportStore,
  type ExportStores,
  reachableStores,
  type StoreKind,
} from '../exports/export-store.js';
import type { Report } from './report.js';

export interface KeptFile {
  store: StoreKind;
  file: string;
  bytes: number;
  /** SHA-256, hexadecimal. */
  checksum: string;
  /** A second name, in the folder of exports, that it has or may have. */
  outputName: string | null;
}

const note = '/* reporting.noteReportFile */ insert into report_files (store, file, output_name) values ($1, $2, $3)';

/** A new file of the chunks. `outputName` is noted for {@link nameFile}. */
export async function keepFile(
  pool: Pool,
  store: ExportStore,
  extension: string,
  chunks: AsyncIterable<Uint8Array>,
  outputName: string | null = null,
): Promise<KeptFile> {
  const file = `${randomUUID()}.${extension}`;
  await pool.query(note, [store.kind, file, outputName]);
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
  return { store: store.kind, file, bytes, checksum: hash.digest('hex'), outputName };
}

const forget = '/* reporting.forgetReportFile */ delete from report_files where store = $1 and file = $2';

type NamedFile = Pick<KeptFile, 'store' | 'file' | 'outputName'>;

export async function dropFile(pool: Pool, stores: ExportStores, { store, file, outputName }: NamedFile) {
  const place = stores.of(store);
  // Of a place that is not configured any more nothing can be removed; it stays noted for when it is again.
  if (!place) return;
  if (outputName !== null) await place.removeName?.(file, outputName);
  await place.remove(file);
  await pool.query(forget, [store, file]);
}

/** Gives the file of a report the name that its job wanted; again changes nothing. @throws ExportFailure when it cannot have it. */
export async function nameFile(
  stores: ExportStores,
  { store, file, outputName }: Pick<Report, 'store' | 'file' | 'outputName'>,
): Promise<void> {
  if (outputName === null || store === null || file === null) return;
  const place = stores.of(store);
  if (!place?.addName) {
    throw new ExportFailure('Reports are kept on S3 here, so that there is no folder for outputPath: leave it out.');
  }
  await place.addName(file, outputName);
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
select store, file, output_name as "outputName" from report_files where store = any($2) and (created_at < $1 or (created_at < now() - interval '1 hour' and not exists (
  select 1 from reports where reports.file = report_files.file)))
order by random() limit 500`;

const expire = `/* reporting.expireReportFile */
update reports set file = null, store = null where site_id = $1 and id = $2`;

const owners = '/* reporting.ownersOfFile */ select site_id as "siteId", id from reports where file = $1';

/**
 * Removes files of reports older than `before`, whose rows stay, and those that no report has; how many. One that cannot be removed
 * keeps nothing from the others.
 */
export async function cleanFiles(
  pool: Pool,
  stores: ExportStores,
  before: Date,
  onError: (error: unknown) => void,
): Promise<number> {
  const { rows } = await pool.query<NamedFile>(old, [before, reachableStores(stores)]);
  let removed = 0;
  for (const row of rows) {
    try {
      const { rows: reports } = await pool.query<{ siteId: string; id: string }>(owners, [row.file]);
      for (const { siteId, id } of reports) await pool.query(expire, [siteId, id]);
      await dropFile(pool, stores, row);
      removed += 1;
    } catch (error) {
      onError(error);
    }
  }
  return removed;
}
