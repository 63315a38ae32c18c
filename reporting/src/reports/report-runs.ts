/** Attempts at writing a report. Only the latest attempt can update the row. */
import type { Pool } from '@millrace/shared/platform/postgres';
import type { StoreKind } from '../exports/export-store.js';
import type { Report } from './report.js';

/** One attempt. */
export interface ReportRun {
  siteId: string;
  id: string;
  run: string;
}

const begin = `/* reporting.beginReport */
update reports set status = 'generating', error = null, run = $3, begins = begins + 1
where site_id = $1 and id = $2 and status <> 'generated'`;

/** Returns false if it was already written. */
export async function beginReport(pool: Pool, { siteId, id, run }: ReportRun): Promise<boolean> {
  return (await pool.query(begin, [siteId, id, run])).rowCount === 1;
}

const reset = `/* reporting.resetAttempts */
update reports set begins = 0 where site_id = $1 and id = $2 and run = $3`;

/** Resets the attempts, because the worker is shutting down. */
export async function resetAttempts(pool: Pool, { siteId, id, run }: ReportRun): Promise<void> {
  await pool.query(reset, [siteId, id, run]);
}

const fail = `/* reporting.failReport */
update reports set status = 'failed', error = $4, begins = 0 where site_id = $1 and id = $2 and run = $3 and status <> 'generated'`;

export async function failReport(pool: Pool, { siteId, id, run }: ReportRun, reason: string): Promise<void> {
  await pool.query(fail, [siteId, id, run, reason]);
}

const release = `/* reporting.releaseReport */
update reports set status = 'pending', error = $4, begins = 0
where site_id = $1 and id = $2 and run = $3 and status in ('generating', 'pending')`;

/** Makes the report available to the next attempt. The worker survived, so the attempt does not count. */
export async function releaseReport(pool: Pool, { siteId, id, run }: ReportRun, reason: string): Promise<void> {
  await pool.query(release, [siteId, id, run, reason]);
}

const giveUp = `/* reporting.giveUpReport */
update reports set status = 'failed', error = $3 where site_id = $1 and id = $2 and status <> 'generated'`;

/** Fails the report, whichever attempt is running. */
export async function giveUpReport(pool: Pool, { siteId, id }: Report, reason: string): Promise<void> {
  await pool.query(giveUp, [siteId, id, reason]);
}

/** What the row gets once the file is complete. */
export interface WrittenReport extends Pick<Report, 'keyFigures' | 'changes'> {
  dataVersion: string;
  store: StoreKind;
  file: string;
  outputName: string | null;
  bytes: number;
  rowCount: number;
  checksum: string;
  generatedAt: Date;
}

const keep = `/* reporting.keepReport */
update reports set status = 'generated', error = null, data_version = $4, key_figures = $5, changes = $6, store = $7, file = $8, bytes = $9,
  row_count = $10, checksum = $11, generated_at = $12, checked_at = $12
where site_id = $1 and id = $2 and run = $3 and status = 'generating'`;

/** Returns false if the run no longer owns the report: it was deleted, given up, restarted or reset. The file must then be discarded. */
export async function keepReport(pool: Pool, { siteId, id, run }: ReportRun, written: WrittenReport): Promise<boolean> {
  const { dataVersion, keyFigures, changes, store, file, bytes, rowCount, checksum, generatedAt } = written;
  const json = [keyFigures, changes].map((value) => value && JSON.stringify(value));
  const values = [siteId, id, run, dataVersion, ...json, store, file, bytes, rowCount, checksum, generatedAt];
  return (await pool.query(keep, values)).rowCount === 1;
}
