import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { checkKnownSite } from '../sites/check-known-site.js';
import { ExportFailure } from './export-failure.js';
import type { ExportRequest, ExportRow } from './export-row.js';
import { readExport } from './read-exports.js';

/** Keeps one site from filling the queue for all others. */
const maxUnfinished = 100;
const mb = 1_000_000;

const usage = `/* reporting.exportUsage */
select coalesce(sum(bytes) filter (where status in ('processing', 'completed') and id is distinct from $2), 0)::float8 as bytes,
  count(*) filter (where status in ('pending', 'processing'))::int as unfinished
from exports where site_id = $1`;

/** Bytes used by the exports of a site, and how many of them are unfinished. `except` is the id of one to leave out. */
export async function readUsage(
  pool: Pool,
  siteId: string,
  except: string | null = null,
): Promise<{ bytes: number; unfinished: number }> {
  const { rows } = await pool.query<{ bytes: number; unfinished: number }>(usage, [siteId, except]);
  return rows[0]!;
}

export const quotaProblem = (siteId: string, quotaBytes: number) =>
  `The exports of site "${siteId}" have used up their quota of ${quotaBytes / mb} MB: delete some, or wait until they expire.`;

/** Checked before and after the insert, because exports created at the same time do not see each other before. */
async function checkQuota(pool: Pool, siteId: string, quotaBytes: number, isInserted: boolean): Promise<void> {
  const { bytes, unfinished } = await readUsage(pool, siteId);
  if (bytes >= quotaBytes) throw new ServiceError('conflict', quotaProblem(siteId, quotaBytes));
  if (unfinished + (isInserted ? 0 : 1) <= maxUnfinished) return;
  throw new ServiceError(
    'conflict',
    `Site "${siteId}" has ${maxUnfinished} unfinished exports: wait for them, or delete some.`,
  );
}

const insert = `/* reporting.createExport */
insert into exports (site_id, id, dataset, params, format, compression, include_metadata, bom, filename, output_path, key_id, created_at, touched_at)
values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $12) on conflict (site_id, id) do nothing`;

const withdraw = `/* reporting.withdrawExport */
delete from exports where site_id = $1 and id = $2 and status = 'pending'`;

export interface NewExport extends ExportRequest {
  id: string;
  outputPath?: string;
  keyId?: string;
  now: Date;
}

/** Returns the existing export if there is one with that id. @throws ServiceError `not_found` for an unknown site, `conflict` if its quota is used up. */
export async function createExport(pool: Pool, request: NewExport, quotaBytes: number): Promise<ExportRow> {
  const { siteId, id, dataset, params, format, compression, includeMetadata, bom, filename, outputPath, keyId, now } =
    request;
  const before = await readExport(pool, id, siteId);
  if (before) return before;
  await checkKnownSite(pool, siteId);
  await checkQuota(pool, siteId, quotaBytes, false);
  const about = [dataset, params, format, compression, includeMetadata, bom, filename];
  await pool.query(insert, [siteId, id, ...about, outputPath ?? null, keyId ?? null, now]);
  await checkQuota(pool, siteId, quotaBytes, true).catch(async (error) => {
    await pool.query(withdraw, [siteId, id]);
    throw error;
  });
  const created = await readExport(pool, id, siteId);
  if (!created) throw new ExportFailure('The export was deleted right after it was created.');
  return created;
}
