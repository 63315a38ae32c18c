/** Makes the row of an export that somebody asked for, unless its site is not there or has no room left. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { checkKnownSite } from '../sites/check-known-site.js';
import { ExportFailure } from './export-failure.js';
import type { ExportRow, ExportWish } from './export-row.js';
import { readExport } from './read-exports.js';

/** One key must not fill the queue for all others. */
const mostUnfinished = 100;
const mb = 1_000_000;

const usage = `/* reporting.exportUsage */
select coalesce(sum(bytes) filter (where status in ('processing', 'completed') and id is distinct from $2), 0)::float8 as bytes,
  count(*) filter (where status in ('pending', 'processing'))::int as unfinished
from exports where site_id = $1`;

/** Bytes that the other exports of a site hold, and how many are not written yet. */
export async function readUsage(
  pool: Pool,
  siteId: string,
  except: string | null = null,
): Promise<{ bytes: number; unfinished: number }> {
  const { rows } = await pool.query<{ bytes: number; unfinished: number }>(usage, [siteId, except]);
  return rows[0]!;
}

/** What is said when the exports of a site are as large as they may be. */
export const quotaProblem = (siteId: string, quotaBytes: number) =>
  `The exports of site "${siteId}" may take ${quotaBytes / mb} MB together, and that is used up: delete some, or wait until they expire.`;

/** With the export that is about to be made, or has been: those that are asked for at once do not see each other before. */
async function refuseFull(pool: Pool, siteId: string, quotaBytes: number, isMade: boolean): Promise<void> {
  const { bytes, unfinished } = await readUsage(pool, siteId);
  if (bytes >= quotaBytes) throw new ServiceError('conflict', quotaProblem(siteId, quotaBytes));
  if (unfinished + (isMade ? 0 : 1) <= mostUnfinished) return;
  throw new ServiceError(
    'conflict',
    `Site "${siteId}" has ${mostUnfinished} exports that are not written yet: wait for them, or delete some.`,
  );
}

const insert = `/* reporting.createExport */
insert into exports (site_id, id, dataset, params, format, compression, include_metadata, bom, filename, output_path, key_id, created_at, touched_at)
values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $12) on conflict (site_id, id) do nothing`;

const withdraw = `/* reporting.withdrawExport */
delete from exports where site_id = $1 and id = $2 and status = 'pending'`;

export interface NewExport extends ExportWish {
  id: string;
  outputPath?: string;
  keyId?: string;
  now: Date;
}

/** One with that id that is there already stays as it is. @throws ServiceError `not_found` when there is no such site, `conflict` when it has no room. */
export async function createExport(pool: Pool, wish: NewExport, quotaBytes: number): Promise<ExportRow> {
  const { siteId, id, dataset, params, format, compression, includeMetadata, bom, filename, outputPath, keyId, now } =
    wish;
  const before = await readExport(pool, id, siteId);
  if (before) return before;
  await checkKnownSite(pool, siteId);
  await refuseFull(pool, siteId, quotaBytes, false);
  const about = [dataset, params, format, compression, includeMetadata, bom, filename];
  await pool.query(insert, [siteId, id, ...about, outputPath ?? null, keyId ?? null, now]);
  await refuseFull(pool, siteId, quotaBytes, true).catch(async (error) => {
    await pool.query(withdraw, [siteId, id]);
    throw error;
  });
  const made = await readExport(pool, id, siteId);
  if (!made) throw new ExportFailure('The export was deleted as soon as it was made.');
  return made;
}
