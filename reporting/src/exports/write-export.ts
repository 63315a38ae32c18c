import { createHash, randomUUID } from 'node:crypto';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { repeat } from '@millrace/shared/platform/repeat';
import { filterOf } from '../datasets/filters-param.js';
import { resolveDataset } from '../datasets/read-dataset.js';
import { patternsOf } from '../query-request/check-patterns.js';
import type { SegmentEngine } from '../segments/segment-engine.js';
import { quotaProblem, readUsage } from './create-export.js';
import { ExportFailure } from './export-failure.js';
import { type FilePlan, fileChunks, fileEnding } from './export-file.js';
import { datasetRequestOf, type ExportRow } from './export-row.js';
import { claimExport, completeExport, type ExportRun, type Progress, touchExport } from './export-runs.js';
import type { ExportStores } from './export-store.js';
import { formats } from './formats/formats.js';
import { rangeProgress } from './range-progress.js';
import { onReplayedConnection } from './replayed-erasures.js';
import { forgetLeftover, recordLeftover, removeExportFile } from './sweep-exports.js';

export interface WriteDependencies {
  /** For reading; can be a replica. */
  pool: Pool;
  writePool: Pool;
  stores: ExportStores;
  quotaBytes: number;
  lifeMs: number;
  logger: Logger;
  /** Extra fonts for PDF files. */
  fontDir?: string | undefined;
  /** Absent: Postgres computes everything. */
  engine?: SegmentEngine | undefined;
}

/** The export was deleted, or another attempt has taken over. */
export type Lost = 'lost';

export interface WrittenExport {
  rows: number;
  bytes: number;
}

const progressMs = 1_000;
const readTimeoutMs = { plain: 7_200_000, patterns: 600_000 };

async function planOf(
  { pool, fontDir, logger, engine }: WriteDependencies,
  row: ExportRow,
  signal: AbortSignal,
): Promise<FilePlan> {
  const { format, compression, includeMetadata, bom, createdAt } = row;
  const resolved = await resolveDataset(pool, datasetRequestOf(row), createdAt, signal);
  const pdf = { logger, ...(fontDir !== undefined && { fontDir }) };
  const about = { includeMetadata, bom, now: createdAt, generatedAt: new Date(), pdf, engine };
  return { resolved, format: formats[format], gzip: compression === 'gzip', ...about };
}

/** Counts and hashes what is written. `refuse` throws when the quota of the site is exceeded. */
function createMeter(plan: FilePlan, refuse: (bytes: number) => void) {
  const percentOf = rangeProgress(plan.resolved);
  const hash = createHash('sha256');
  const progress: Progress = { rows: 0, bytes: 0, percent: percentOf ? 0 : null };
  return {
    progress,
    checksum: () => hash.digest('hex'),
    onBatch(rows: (string | null)[][]) {
      progress.rows += rows.length;
      if (percentOf && rows.length > 0) progress.percent = Math.max(progress.percent ?? 0, percentOf(rows.at(-1)!));
    },
    async *measure(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        progress.bytes += chunk.length;
        refuse(progress.bytes);
        hash.update(chunk);
        yield chunk;
      }
    },
  };
}

/** Returns 'lost' if the export no longer belongs to this run. */
async function writeFile(
  deps: WriteDependencies,
  row: ExportRow,
  { run, file }: { run: ExportRun; file: string },
  stopController: AbortController,
): Promise<WrittenExport | Lost> {
  const { writePool, stores, quotaBytes, lifeMs, logger } = deps;
  const { signal } = stopController;
  const addName = row.outputPath === null ? undefined : addNameOf(stores);
  const plan = await planOf(deps, row, signal);
  let others = (await readUsage(writePool, row.siteId, row.id)).bytes;
  const meter = createMeter(plan, (bytes) => {
    if (others + bytes > quotaBytes) throw new ExportFailure(quotaProblem(row.siteId, quotaBytes));
  });
  const saveProgress = async () => {
    if (!(await touchExport(writePool, run, meter.progress))) return stopController.abort(lost);
    others = (await readUsage(writePool, row.siteId, row.id)).bytes;
  };
  const stopSaving = repeat(
    saveProgress,
    progressMs,
    createErrorLog(logger, 'could not save the progress of an export'),
  );
  try {
    const statementTimeoutMs =
      patternsOf(filterOf(plan.resolved.params)).length > 0 ? readTimeoutMs.patterns : readTimeoutMs.plain;
    await onReplayedConnection(deps, row.siteId, { statementTimeoutMs, signal }, (client) =>
      stores.current.write(file, meter.measure(fileChunks(client, plan, signal, meter.onBatch))),
    );
  } finally {
    await stopSaving();
  }
  await addName?.(file, row.outputPath!);
  const { rows, bytes } = meter.progress;
  const isMine = await completeExport(writePool, run, { rows, bytes, checksum: meter.checksum(), lifeMs });
  return isMine ? { rows, bytes } : 'lost';
}

function addNameOf({ current: { addName } }: ExportStores) {
  if (addName) return addName;
  throw new ExportFailure('Exports are stored in S3, which does not support outputPath: omit it.');
}

const lost = new Error('the export was deleted, or another worker has taken it over');
/** The abort reason when the process is stopping. */
export const processStopping = new Error('the worker is stopping');

async function removeFile(deps: WriteDependencies, { outputPath }: ExportRow, file: string): Promise<void> {
  const { stores, writePool, logger } = deps;
  const left = { store: stores.current.kind, file, outputPath };
  try {
    await removeExportFile(stores, left);
  } catch (error) {
    logger.warn({ err: error, file }, 'could not remove an export file');
    await recordLeftover(writePool, left).catch((failure) =>
      logger.warn({ err: failure, file }, 'could not record a leftover export file'),
    );
  }
}

/** Removes the file of the previous attempt, and its second name, which this attempt needs. */
async function removePreviousFile(
  { stores, writePool }: WriteDependencies,
  { store, file, outputPath }: ExportRow,
): Promise<void> {
  if (store === null || file === null) return;
  const isGone = await removeExportFile(stores, { store, file, outputPath });
  if (isGone) await forgetLeftover(writePool, { store, file });
}

export interface StartedExport {
  run: ExportRun;

  written: Promise<WrittenExport | Lost>;
}

/**
 * Claims the export and writes its file. Resolves with undefined if another attempt was faster. Removes what an earlier attempt left;
 * if this one fails, nothing is left of it.
 */
export async function startExport(
  deps: WriteDependencies,
  row: ExportRow,
  stopController: AbortController,
): Promise<StartedExport | undefined> {
  const { writePool, stores } = deps;
  const run = { siteId: row.siteId, id: row.id, run: randomUUID() };
  const file = `${run.run}.${fileEnding(formats[row.format], row.compression === 'gzip')}`;
  if (!(await claimExport(writePool, row, { run: run.run, store: stores.current.kind, file }))) return undefined;
  return { run, written: write() };

  async function write(): Promise<WrittenExport | Lost> {
    try {
      await removePreviousFile(deps, row);
      const written = await writeFile(deps, row, { run, file }, stopController);
      if (written === 'lost') await removeFile(deps, row, file);
      return written;
    } catch (error) {
      await removeFile(deps, row, file);
      const { aborted, reason } = stopController.signal;
      if (!aborted) throw error;
      if (reason === lost) return 'lost';
      throw reason;
    }
  }
}
