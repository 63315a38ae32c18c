/** The bytes of a file: rows of a dataset in a format, compressed or not. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { Row } from '../datasets/dataset.js';
import { type ResolvedDataset, readBatches } from '../datasets/read-dataset.js';
import type { SegmentEngine } from '../segments/segment-engine.js';
import { compress } from './formats/compress.js';
import type { FileFormat, FileMetadata, FileSource } from './formats/format.js';
import { startedBy } from './started-by.js';

export interface FilePlan {
  resolved: ResolvedDataset;
  format: FileFormat;
  gzip: boolean;
  includeMetadata: boolean;
  bom: boolean;
  /** As of which relative ranges are resolved. */
  now: Date;
  generatedAt: Date;
  pdf?: FileSource['pdf'];
  /** Counts where there is one; absent: Postgres does. */
  engine?: SegmentEngine | undefined;
}

function metadataOf({ resolved, generatedAt }: Pick<FilePlan, 'resolved' | 'generatedAt'>): FileMetadata {
  const { dataset, siteId, timezone, days } = resolved;
  const dateRange = dataset.defaultRange === undefined ? null : days;
  return { generatedAt, siteId, timezone, dateRange, dataset: dataset.id };
}

async function* watched(
  batches: AsyncIterable<Row[]>,
  signal: AbortSignal,
  onBatch: (rows: Row[]) => void,
): AsyncGenerator<Row[]> {
  for await (const rows of batches) {
    // A read is cancelled only while the database works on it.
    signal.throwIfAborted();
    onBatch(rows);
    yield rows;
  }
}

/** Sends nothing before the first rows are read, so that a failure until then can still be answered as an error. */
async function* writtenOnceRead(
  { format, bom, pdf, resolved, ...plan }: FilePlan,
  batches: AsyncGenerator<Row[]>,
): AsyncGenerator<Uint8Array> {
  try {
    const first = await batches.next();
    yield* format.write({
      title: resolved.dataset.title,
      columns: resolved.dataset.columns(resolved.params),
      batches: startedBy(first, batches),
      // A page without its site and period says nothing.
      ...((plan.includeMetadata || format.id === 'pdf') && { metadata: metadataOf({ resolved, ...plan }) }),
      bom,
      ...(pdf && { pdf }),
    });
  } finally {
    // The writer may have stopped before it read any row.
    await batches.return(undefined);
  }
}

/** Ends when the signal fires. `client` is inside a transaction with one snapshot; `onBatch` is told of rows before they are written. */
export function fileChunks(
  client: PoolClient,
  plan: FilePlan,
  signal: AbortSignal,
  onBatch: (rows: Row[]) => void = () => undefined,
): AsyncIterable<Uint8Array> {
  const batches = watched(
    readBatches(client, plan.resolved, { now: plan.now, reads: { engine: plan.engine, signal } }),
    signal,
    onBatch,
  );
  const chunks = writtenOnceRead(plan, batches);
  return plan.gzip ? compress(chunks) : chunks;
}

/** Without a dot at its beginning. */
export const fileEnding = (format: FileFormat, gzip: boolean) => `${format.extension}${gzip ? '.gz' : ''}`;

export const fileType = (format: FileFormat, gzip: boolean) => (gzip ? 'application/gzip' : format.contentType);
