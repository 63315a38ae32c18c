/** How the file of a report travels with its mail. */
import type { Readable } from 'node:stream';
import { filenameOf } from '../reports/report-filename.js';
import type { DeliverableReport } from './report-to-deliver.js';

/** Mail servers take 20 to 25 MB, and mail makes a file a third larger. */
const mostAttachedBytes = 10_000_000;

export type ReportFile =
  | { kind: 'attached'; filename: string; content: Buffer }
  | { kind: 'linked'; bytes: number; url: string; expiresAt: Date }
  | { kind: 'gone' }
  /** Too large for mail, and there is no address under which people reach it. */
  | { kind: 'kept'; bytes: number };

/** Undefined when there is more. */
async function readUpTo(stream: Readable, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop closes the file.
  for await (const chunk of stream) {
    bytes += (chunk as Buffer).length;
    if (bytes > most) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** The file as an attachment, or beyond 10 MB as a link. @throws what `openFile` throws. */
export async function readFileOf(
  report: DeliverableReport,
  openFile: (report: DeliverableReport) => Promise<Readable | undefined>,
  link: { url: string; expiresAt: Date } | undefined,
): Promise<ReportFile> {
  const bytes = Number(report.bytes ?? 0);
  if (bytes <= mostAttachedBytes) {
    const stream = await openFile(report);
    if (stream === undefined) return { kind: 'gone' };
    const content = await readUpTo(stream, mostAttachedBytes);
    if (content !== undefined) return { kind: 'attached', filename: filenameOf(report), content };
  }
  return link ? { kind: 'linked', bytes, ...link } : { kind: 'kept', bytes };
}
