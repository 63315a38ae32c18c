import { uuidPattern } from '@millrace/shared/contract/ids';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Response } from 'express';
import { accessOf } from '../access/request-access.js';
import type { ExportRow } from './export-row.js';
import { readExport } from './read-exports.js';

/** The id of the caller's key. Undefined if no key is needed. */
export const keyIdOf = (res: Response): string | undefined => accessOf(res)?.keyId;

export const exportPath = (id: string) => `/api/v1/exports/${id}`;
export const downloadPath = (id: string) => `${exportPath(id)}/download`;

/** @throws ServiceError `not_found`, also if the export belongs to another site, so its existence is not revealed. */
export async function findExport(pool: Pool, id: string, siteId: string | null): Promise<ExportRow> {
  const row = uuidPattern.test(id) ? await readExport(pool, id, siteId) : undefined;
  if (row) return row;
  throw new ServiceError('not_found', 'There is no such export.');
}
