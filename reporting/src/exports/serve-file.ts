/** Serves files with conditional and range requests (RFC 9110, sections 13 and 14). */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Request, Response } from 'express';
import type { ByteRange } from './export-store.js';

/** A failure midway destroys the connection, so a partial file never looks complete. A client that disconnects is not a failure. @throws what the chunks throw. */
export async function sendAll(chunks: AsyncIterable<Uint8Array>, res: Response): Promise<void> {
  await pipeline(chunks, res).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

export interface ServedFile {
  bytes: number;
  /** Hexadecimal; becomes the ETag. */
  checksum: string;
  modifiedAt: Date;
  contentType: string;
  filename: string;
  /** @throws ServiceError if the file no longer exists. */
  open(range: ByteRange): Promise<Readable>;
}

/** `If-Range`: a part of a different file must not be joined to what the client already has. */
function isSameAsBefore(req: Request, etag: string, modifiedAt: Date): boolean {
  const before = req.get('if-range');
  if (before === undefined) return true;
  if (before.startsWith('"') || before.startsWith('W/')) return before === etag;
  return Date.parse(before) >= Math.floor(modifiedAt.getTime() / 1_000) * 1_000;
}

/** Undefined: the whole file, also for several ranges, which the RFC allows. */
function rangeOf(req: Request, { bytes }: ServedFile): ByteRange | 'unsatisfiable' | undefined {
  // The last 1,000 bytes of a 500-byte file are the whole file (section 14.1.2).
  const last = /^bytes=-(\d+)$/i.exec(req.get('range') ?? '')?.[1];
  if (last !== undefined && bytes > 0 && Number(last) >= bytes) return { start: 0, end: bytes - 1 };
  const ranges = req.range(bytes, { combine: true });
  if (ranges === undefined || ranges === -2) return undefined;
  if (ranges === -1) return 'unsatisfiable';
  return ranges.type === 'bytes' && ranges.length === 1 ? { start: ranges[0]!.start, end: ranges[0]!.end } : undefined;
}

/** Resolves with the range that was sent, or undefined if no byte was. A failure midway destroys the connection. */
export async function serveFile(req: Request, res: Response, file: ServedFile): Promise<ByteRange | undefined> {
  const etag = `"${file.checksum}"`;
  res.set({ etag, 'last-modified': file.modifiedAt.toUTCString(), 'accept-ranges': 'bytes' });
  if (req.fresh) {
    res.status(304).end();
    return undefined;
  }
  const range = isSameAsBefore(req, etag, file.modifiedAt) ? rangeOf(req, file) : undefined;
  if (range === 'unsatisfiable') {
    res.set('content-range', `bytes */${file.bytes}`);
    throw new ServiceError(
      'range_not_satisfiable',
      `The requested range is outside the file, which has ${file.bytes} bytes.`,
    );
  }
  const sent = range ?? { start: 0, end: file.bytes - 1 };
  const hasBody = req.method !== 'HEAD' && file.bytes > 0;
  const content = hasBody ? await file.open(sent) : undefined;
  res.attachment(file.filename).set({ 'content-type': file.contentType, 'cache-control': 'private, no-cache' });
  if (range) res.status(206).set('content-range', `bytes ${range.start}-${range.end}/${file.bytes}`);
  res.set('content-length', String(sent.end - sent.start + 1));
  if (content) await sendAll(content, res);
  else res.end();
  return content && sent;
}
