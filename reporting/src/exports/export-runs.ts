/** Attempts at an export. Only the latest attempt can update the row; earlier ones learn that they lost it. */
import type { Pool } from '@millrace/shared/platform/postgres';
import type { ExportRow } from './export-row.js';
import type { StoreKind } from './export-store.js';

/** One attempt. */
export interface ExportRun {
  siteId: string;
  id: string;
  run: string;
}

const site = '/* reporting.siteOfExport */ select site_id as "siteId" from exports where id = $1';

export async function findSite(pool: Pool, id: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ siteId: string }>(site, [id]);
  return rows[0]?.siteId;
}

/** Records the file of the previous attempt as a leftover, because the row no longer names it. */
const claim = `/* reporting.claimExport */
with claimed as (
  update exports set status = 'processing', run = $3, store = $4, file = $5, attempts = attempts + 1,
    started_at = now(), touched_at = now(), row_count = 0, bytes = 0, percent = null, error = null
  where site_id = $1 and id = $2 and status in ('pending', 'processing') and run is not distinct from $6 returning id
), noted as (
  insert into export_leftovers (store, file, output_path)
  select $7::text, $8::text, $9::text from claimed where $8::text is not null on conflict do nothing
)
select id from claimed`;

/** Returns false if another attempt has started since `before` was read. */
export async function claimExport(
  pool: Pool,
  before: ExportRow,
  { run, store, file }: { run: string; store: StoreKind; file: string },
): Promise<boolean> {
  const left = [before.store, before.file, before.outputPath];
  const { rowCount } = await pool.query(claim, [before.siteId, before.id, run, store, file, before.run, ...left]);
  return rowCount === 1;
}

export interface Progress {
  rows: number;
  bytes: number;
  percent: number | null;
}

const touch = `/* reporting.touchExport */
update exports set row_count = $4, bytes = $5, percent = $6, touched_at = now()
where site_id = $1 and id = $2 and run = $3 and status = 'processing'`;

/** Returns false if the export was deleted or another attempt has started. */
export async function touchExport(pool: Pool, run: ExportRun, { rows, bytes, percent }: Progress): Promise<boolean> {
  const { rowCount } = await pool.query(touch, [run.siteId, run.id, run.run, rows, bytes, percent]);
  return rowCount === 1;
}

const complete = `/* reporting.completeExport */
update exports set status = 'completed', row_count = $4, bytes = $5, percent = 100, checksum = $6, error = null,
  finished_at = now(), touched_at = now(), expires_at = now() + $7 * interval '1 millisecond'
where site_id = $1 and id = $2 and run = $3 and status = 'processing'`;

/** Returns false like {@link touchExport}. */
export async function completeExport(
  pool: Pool,
  run: ExportRun,
  { rows, bytes, checksum, lifeMs }: { rows: number; bytes: number; checksum: string; lifeMs: number },
): Promise<boolean> {
  const { rowCount } = await pool.query(complete, [run.siteId, run.id, run.run, rows, bytes, checksum, lifeMs]);
  return rowCount === 1;
}

const fail = `/* reporting.failExport */
update exports set status = 'failed', error = $4, percent = null, finished_at = now(), touched_at = now()
where site_id = $1 and id = $2 and run = $3 and status = 'processing'`;

export async function failExport(pool: Pool, run: ExportRun, reason: string): Promise<void> {
  await pool.query(fail, [run.siteId, run.id, run.run, reason]);
}

const release = `/* reporting.releaseExport */
update exports set status = 'pending', error = $4, attempts = attempts - $5, row_count = 0, bytes = 0, percent = null,
  touched_at = now()
where site_id = $1 and id = $2 and run = $3 and status = 'processing'`;

/** Makes the export available to the next attempt. Without a reason the process is stopping, and the attempt does not count. */
export async function releaseExport(pool: Pool, run: ExportRun, reason: string | null): Promise<void> {
  await pool.query(release, [run.siteId, run.id, run.run, reason, reason === null ? 1 : 0]);
}

/** Its file becomes a leftover: the worker that wrote it is gone. */
const giveUp = `/* reporting.giveUpExport */
with given_up as (
  update exports set status = 'failed', error = $3, percent = null, finished_at = now(), touched_at = now()
  where site_id = $1 and id = $2 and status in ('pending', 'processing') returning store, file, output_path
)
insert into export_leftovers (store, file, output_path)
select store, file, output_path from given_up where file is not null on conflict do nothing`;

export async function giveUpExport(pool: Pool, { siteId, id }: ExportRow, reason: string): Promise<void> {
  await pool.query(giveUp, [siteId, id, reason]);
}
