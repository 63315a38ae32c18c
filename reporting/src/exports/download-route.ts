import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Request, RequestHandler, Response } from 'express';
import { onlySite } from '../access/request-access.js';
import { fileType } from './export-file.js';
import type { Links } from './export-links.js';
import { type ExportRow, isExpired } from './export-row.js';
import type { ExportStores } from './export-store.js';
import { downloadPath, findExport } from './find-export.js';
import { formats } from './formats/formats.js';
import { type ServedFile, serveFile } from './serve-file.js';

export interface DownloadDependencies {
  writePool: Pool;
  stores: ExportStores;
  links: Links;
  clock?: () => Date;
}

type WithId = Request<{ id: string }>;

/** @throws ServiceError `gone` if the file has expired, `conflict` if it is not ready. */
function requireWritten(row: ExportRow, now: Date): void {
  if (isExpired(row, now)) {
    throw new ServiceError('gone', `The file expired at ${row.expiresAt?.toISOString()}: create another export.`);
  }
  if (row.status === 'completed') return;
  const reason =
    row.status === 'failed'
      ? `could not be written: ${row.error}`
      : `is not ready yet (status ${row.status}): try again in a moment.`;
  throw new ServiceError('conflict', `The file ${reason}`, { status: row.status });
}

function fileOf(row: ExportRow, stores: ExportStores): ServedFile {
  const format = formats[row.format];
  return {
    bytes: row.bytes,
    checksum: row.checksum!,
    modifiedAt: row.finishedAt!,
    contentType: fileType(format, row.compression === 'gzip'),
    filename: row.filename,
    async open(range) {
      const content = await stores.of(row.store!)?.open(row.file!, range);
      if (content) return content;
      throw new ServiceError('gone', 'The file was removed before it expired: create another export.');
    },
  };
}

const count = `/* reporting.countDownload */
update exports set downloads = downloads + 1 where site_id = $1 and id = $2`;

async function send({ writePool, stores, clock }: DownloadDependencies, req: Request, res: Response, row: ExportRow) {
  requireWritten(row, clock?.() ?? new Date());
  const sent = await serveFile(req, res, fileOf(row, stores));
  // Further parts of the same file are not further downloads.
  if (sent?.start === 0) await writePool.query(count, [row.siteId, row.id]);
}

export function downloadRoute(deps: DownloadDependencies): RequestHandler<{ id: string }> {
  return async (req: WithId, res) =>
    send(deps, req, res, await findExport(deps.writePool, req.params.id, onlySite(res)));
}

/** Goes before the handlers that require a key; requests without a signature are passed on to them. */
export function signedDownloadRoute(deps: DownloadDependencies): RequestHandler<{ id: string }> {
  return async (req: WithId, res, next) => {
    const { expires, signature } = req.query;
    if (signature === undefined) return next();
    const now = deps.clock?.() ?? new Date();
    if (!(await deps.links.isValid(downloadPath(req.params.id), { expires, signature }, now))) {
      throw new ServiceError('forbidden', 'This link is invalid or has expired: request a new one.');
    }
    await send(deps, req, res, await findExport(deps.writePool, req.params.id, null));
  };
}
