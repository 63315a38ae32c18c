import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { Row } from '../datasets/dataset.js';
import { type ResolvedDataset, readBatches } from '../datasets/read-dataset.js';
import type { SegmentEngine } from '../segments/segment-engine.js';
import type { FileFormat, FileMetadata, FileSource } from './formats/format.js';

/** Resumes an iterator whose first item was already read to catch early failures. */
export async function* startedBy<Item>(
  first: IteratorResult<Item, unknown>,
  rest: AsyncIterator<Item>,
): AsyncGenerator<Item> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** A gzip stream of the chunks. It fails when they fail, and ends them when it is destroyed. */
export function compress(chunks: AsyncIterable<Uint8Array>): Readable {
  // The reader gets the error from the stream.
  return pipeline(Readable.from(chunks), createGzip(), () => {});
}

export interface FilePlan {
  resolved: ResolvedDataset;
  format: FileFormat;
  gzip: boolean;
  includeMetadata: boolean;
  bom: boolean;
  /** The time that relative ranges refer to. */
  now: Date;
  generatedAt: Date;
  pdf?: FileSource['pdf'];
  /** Absent: Postgres computes everything. */
  engine?: SegmentEngine | undefined;
}

function metadataOf({ resolved, generatedAt }: Pick<FilePlan, 'resolved' | 'generatedAt'>): FileMetadata {
  const { dataset, siteId, timezone, days } = resolved;
  const dateRange = dataset.defaultRange === undefined ? null : days;
  return { generatedAt, siteId, timezone, dateRange, dataset: dataset.id };
}

async function* observeBatches(
  batches: AsyncIterable<Row[]>,
  signal: AbortSignal,
  onBatch: (rows: Row[]) => void,
): AsyncGenerator<Row[]> {
  for await (const rows of batches) {
    // Aborting cancels only a running statement; between batches it has to be checked here.
    signal.throwIfAborted();
    onBatch(rows);
    yield rows;
  }
}

/** Yields nothing before the first rows are read, so a failure until then can still become an error response. */
async function* writeOnceRead(
  { format, bom, pdf, resolved, ...plan }: FilePlan,
  batches: AsyncGenerator<Row[]>,
): AsyncGenerator<Uint8Array> {
  try {
    const first = await batches.next();
    yield* format.write({
      title: resolved.dataset.title,
      columns: resolved.dataset.columns(resolved.params),
      batches: startedBy(first, batches),
      // A printed page must name its site and period.
      ...((plan.includeMetadata || format.id === 'pdf') && { metadata: metadataOf({ resolved, ...plan }) }),
      bom,
      ...(pdf && { pdf }),
    });
  } finally {
    // The writer may have stopped before it started to read.
    await batches.return(undefined);
  }
}

/** Ends when the signal fires. `client` is in a snapshot transaction; `onBatch` gets the rows before they are written. */
export function fileChunks(
  client: PoolClient,
  plan: FilePlan,
  signal: AbortSignal,
  onBatch: (rows: Row[]) => void = () => undefined,
): AsyncIterable<Uint8Array> {
  const batches = observeBatches(
    readBatches(client, plan.resolved, { now: plan.now, reads: { engine: plan.engine, signal } }),
    signal,
    onBatch,
  );
  const chunks = writeOnceRead(plan, batches);
  return plan.gzip ? compress(chunks) : chunks;
}

/** Without the leading dot. */
export const fileEnding = (format: FileFormat, gzip: boolean) => `${format.extension}${gzip ? '.gz' : ''}`;

export const fileType = (format: FileFormat, gzip: boolean) => (gzip ? 'application/gzip' : format.contentType);
