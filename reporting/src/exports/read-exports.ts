import type { Pool } from '@millrace/shared/platform/postgres';
import { type ExportRow, type ExportStatus, exportColumns } from './export-row.js';
import { createdExactly, type PageCursor } from './page-cursor.js';

const one = `/* reporting.readExport */
select ${exportColumns} from exports where id = $1 and ($2::text is null or site_id = $2)`;

/** Undefined if there is no such export, or it is not of `siteId` (null: any site). `id` must be a UUID. */
export async function readExport(pool: Pool, id: string, siteId: string | null): Promise<ExportRow | undefined> {
  const { rows } = await pool.query<ExportRow>(one, [id, siteId]);
  return rows[0];
}

export interface ExportsPage {
  /** Null: all sites. */
  siteId: string | null;
  status: ExportStatus | null;
  limit: number;
  /** Lists exports older than this one. Null: starts at the newest. */
  after: PageCursor | null;
  now: Date;
}

/** With microseconds, because exports can be created in the same millisecond. */
export type ListedExport = ExportRow & { createdExactly: string };

const list = `/* reporting.listExports */
select ${exportColumns}, ${createdExactly} from exports
where ($1::text is null or site_id = $1)
  and ($2::text is null or $2 = case when status = 'completed' and expires_at <= $6 then 'expired' else status end)
  and ($3::timestamptz is null or (created_at, id) < ($3, $4))
order by created_at desc, id desc limit $5`;

/** Newest first. */
export async function listExports(pool: Pool, page: ExportsPage): Promise<ListedExport[]> {
  const { siteId, status, limit, after, now } = page;
  const values = [siteId, status, after?.createdAt ?? null, after?.id ?? null, limit, now];
  return (await pool.query<ListedExport>(list, values)).rows;
}
