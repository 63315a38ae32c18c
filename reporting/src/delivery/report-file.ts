/** Attaches the file of a report to an email, or links it if it is too large. */
import type { Readable } from 'node:stream';
import { filenameOf } from '../reports/report-filename.js';
import type { DeliverableReport } from './report-to-deliver.js';

/** Mail servers accept 20 to 25 MB, and encoding makes attachments a third larger. */
const maxAttachedBytes = 10_000_000;

export type ReportFile =
  | { kind: 'attached'; filename: string; content: Buffer }
  | { kind: 'linked'; bytes: number; url: string; expiresAt: Date }
  | { kind: 'gone' }
  /** Too large for an email, and `PUBLIC_URL` is not set, so there is no link either. */
  | { kind: 'kept'; bytes: number };

/** Undefined if there is more. */
async function readUpTo(stream: Readable, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop closes the file.
  for await (const chunk of stream) {
    bytes += (chunk as Buffer).length;
    if (bytes > limit) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** An attachment of up to 10 MB, otherwise a link. @throws what `openFile` throws. */
export async function readFileOf(
  report: DeliverableReport,
  openFile: (report: DeliverableReport) => Promise<Readable | undefined>,
  link: { url: string; expiresAt: Date } | undefined,
): Promise<ReportFile> {
  const bytes = Number(report.bytes ?? 0);
  if (bytes <= maxAttachedBytes) {
    const stream = await openFile(report);
    if (stream === undefined) return { kind: 'gone' };
    const content = await readUpTo(stream, maxAttachedBytes);
    if (content !== undefined) return { kind: 'attached', filename: filenameOf(report), content };
  }
  return link ? { kind: 'linked', bytes, ...link } : { kind: 'kept', bytes };
}
