/** The export that an address names, if whoever asks may know of it. */

import { uuidPattern } from '@millrace/shared/contract/ids';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Response } from 'express';
import { accessOf } from '../access/request-access.js';
import type { ExportRow } from './export-row.js';
import { readExport } from './read-exports.js';

/** The key of whoever asks; undefined where none is needed. */
export const keyIdOf = (res: Response): string | undefined => accessOf(res)?.keyId;

export const exportPath = (id: string) => `/api/v1/exports/${id}`;
export const downloadPath = (id: string) => `${exportPath(id)}/download`;

/** @throws ServiceError `not_found`, also for one of a site that the key is not for: nobody is to learn that it is there. */
export async function findExport(pool: Pool, id: string, siteId: string | null): Promise<ExportRow> {
  const row = uuidPattern.test(id) ? await readExport(pool, id, siteId) : undefined;
  if (row) return row;
  throw new ServiceError('not_found', 'There is no such export.');
}
