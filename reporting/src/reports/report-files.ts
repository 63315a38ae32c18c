/** Files of reports. Each is recorded before its first byte is written, so none is ever left behind. */
import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Pool } from '@millrace/shared/platform/postgres';
import { ExportFailure } from '../exports/export-failure.js';
import {
  type ByteRange,
  configuredStores,
  type ExportStore,
  type ExportStores,
  type StoreKind,
} from '../exports/export-store.js';
import type { Report } from './report.js';

export interface KeptFile {
  store: StoreKind;
  file: string;
  bytes: number;
  /** SHA-256, hexadecimal. */
  checksum: string;
  /** A second name in the export folder, which it may already have. */
  outputName: string | null;
}

const recordFile =
  '/* reporting.recordReportFile */ insert into report_files (store, file, output_name) values ($1, $2, $3)';

/** Writes the chunks to a new file. `outputName` is recorded for {@link nameFile}. */
export async function keepFile(
  pool: Pool,
  store: ExportStore,
  extension: string,
  chunks: AsyncIterable<Uint8Array>,
  outputName: string | null = null,
): Promise<KeptFile> {
  const file = `${randomUUID()}.${extension}`;
  await pool.query(recordFile, [store.kind, file, outputName]);
  const hash = createHash('sha256');
  let bytes = 0;
  async function* measure() {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  await store.write(file, measure());
  return { store: store.kind, file, bytes, checksum: hash.digest('hex'), outputName };
}

const forget = '/* reporting.forgetReportFile */ delete from report_files where store = $1 and file = $2';

type NamedFile = Pick<KeptFile, 'store' | 'file' | 'outputName'>;

export async function dropFile(pool: Pool, stores: ExportStores, { store, file, outputName }: NamedFile) {
  const owner = stores.of(store);
  // Files of a store that is no longer configured stay recorded, in case it comes back.
  if (!owner) return;
  if (outputName !== null) await owner.removeName?.(file, outputName);
  await owner.remove(file);
  await pool.query(forget, [store, file]);
}

/** Gives the file of a report the name that its job requested. Idempotent. @throws ExportFailure if that is not possible. */
export async function nameFile(
  stores: ExportStores,
  { store, file, outputName }: Pick<Report, 'store' | 'file' | 'outputName'>,
): Promise<void> {
  if (outputName === null || store === null || file === null) return;
  const owner = stores.of(store);
  if (!owner?.addName) {
    throw new ExportFailure('Reports are stored in S3, which does not support outputPath: omit it.');
  }
  await owner.addName(file, outputName);
}

/** The file of a report, or part of it. Undefined if it is gone. */
export async function openFile(
  stores: ExportStores,
  { store, file, bytes }: Pick<Report, 'store' | 'file' | 'bytes'>,
  range: ByteRange = { start: 0, end: (bytes ?? 1) - 1 },
): Promise<Readable | undefined> {
  return store === null || file === null ? undefined : stores.of(store)?.open(file, range);
}

/** Expired files, and those without a report because its site was erased or its worker died. Writing takes less than an hour. */
const old = `/* reporting.oldReportFiles */
select store, file, output_name as "outputName" from report_files where store = any($2) and (created_at < $1 or (created_at < now() - interval '1 hour' and not exists (
  select 1 from reports where reports.file = report_files.file)))
order by random() limit 500`;

const expire = `/* reporting.expireReportFile */
update reports set file = null, store = null where site_id = $1 and id = $2`;

const owners = '/* reporting.ownersOfFile */ select site_id as "siteId", id from reports where file = $1';

/**
 * Removes files older than `before` (their reports stay) and files without a report. Returns how many. A file that cannot be removed
 * does not keep the others from being removed.
 */
export async function cleanFiles(
  pool: Pool,
  stores: ExportStores,
  before: Date,
  onError: (error: unknown) => void,
): Promise<number> {
  const { rows } = await pool.query<NamedFile>(old, [before, configuredStores(stores)]);
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
