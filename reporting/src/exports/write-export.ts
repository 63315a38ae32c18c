/** Writes the file of one export, from the claim of its row to its completion. */
import { createHash, randomUUID } from 'node:crypto';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { repeatUntil } from '../background/repeat-until.js';
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
import { forgetLeftover, noteLeftover, removeExportFile } from './sweep-exports.js';

export interface WriteDependencies {
  /** For reading; may lead to a replica. */
  pool: Pool;
  writePool: Pool;
  stores: ExportStores;
  quotaBytes: number;
  lifeMs: number;
  logger: Logger;
  /** Further fonts of PDF files. */
  fontDir?: string | undefined;
  /** Absent: Postgres counts everything. */
  engine?: SegmentEngine | undefined;
}

/** Why an attempt ends that nobody waits for any more. */
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

/** What goes by is counted, and stopped when the site has no room for it. */
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

/** Writes what the claimed row asks for; 'lost' when it is not this run's any more. */
async function writeFile(
  deps: WriteDependencies,
  row: ExportRow,
  { run, file }: { run: ExportRun; file: string },
  stopping: AbortController,
): Promise<WrittenExport | Lost> {
  const { writePool, stores, quotaBytes, lifeMs, logger } = deps;
  const { signal } = stopping;
  const addName = row.outputPath === null ? undefined : naming(stores);
  const plan = await planOf(deps, row, signal);
  let others = (await readUsage(writePool, row.siteId, row.id)).bytes;
  const meter = createMeter(plan, (bytes) => {
    if (others + bytes > quotaBytes) throw new ExportFailure(quotaProblem(row.siteId, quotaBytes));
  });
  const tell = async () => {
    if (!(await touchExport(writePool, run, meter.progress))) return stopping.abort(lost);
    others = (await readUsage(writePool, row.siteId, row.id)).bytes;
  };
  const telling = repeatUntil(tell, progressMs, createErrorLog(logger, 'could not note the progress of an export'));
  try {
    const statementTimeoutMs =
      patternsOf(filterOf(plan.resolved.params)).length > 0 ? readTimeoutMs.patterns : readTimeoutMs.plain;
    await onReplayedConnection(deps, row.siteId, { statementTimeoutMs, signal }, (client) =>
      stores.current.write(file, meter.measure(fileChunks(client, plan, signal, meter.onBatch))),
    );
  } finally {
    await telling.stop();
  }
  await addName?.(file, row.outputPath!);
  const { rows, bytes } = meter.progress;
  const isMine = await completeExport(writePool, run, { rows, bytes, checksum: meter.checksum(), lifeMs });
  return isMine ? { rows, bytes } : 'lost';
}

function naming({ current: { addName } }: ExportStores) {
  if (addName) return addName;
  throw new ExportFailure('Exports are kept on S3 here, so that there is no folder for outputPath: leave it out.');
}

const lost = new Error('the export was deleted, or another worker has taken it over');
/** What {@link writeExport} is stopped with when its process ends. */
export const processEnds = new Error('the worker is stopping');

async function removeFile(deps: WriteDependencies, { outputPath }: ExportRow, file: string): Promise<void> {
  const { stores, writePool, logger } = deps;
  const left = { store: stores.current.kind, file, outputPath };
  try {
    await removeExportFile(stores, left);
  } catch (error) {
    logger.warn({ err: error, file }, 'file of an export not removed');
    await noteLeftover(writePool, left).catch((failure) =>
      logger.warn({ err: failure, file }, 'file not noted either'),
    );
  }
}

/** What the attempt before has left, the name that was asked for included: this one could not have it otherwise. */
async function removeBefore(
  { stores, writePool }: WriteDependencies,
  { store, file, outputPath }: ExportRow,
): Promise<void> {
  if (store === null || file === null) return;
  const isGone = await removeExportFile(stores, { store, file, outputPath });
  if (isGone) await forgetLeftover(writePool, { store, file });
}

export interface StartedExport {
  run: ExportRun;
  /** Undefined when the export is not this worker's any more. */
  written: Promise<WrittenExport | Lost>;
}

/**
 * Claims the export; undefined when another attempt was faster. Whatever an earlier attempt left is removed, and when this one
 * fails nothing is left of it.
 */
export async function startExport(
  deps: WriteDependencies,
  row: ExportRow,
  stopping: AbortController,
): Promise<StartedExport | undefined> {
  const { writePool, stores } = deps;
  const run = { siteId: row.siteId, id: row.id, run: randomUUID() };
  const file = `${run.run}.${fileEnding(formats[row.format], row.compression === 'gzip')}`;
  if (!(await claimExport(writePool, row, { run: run.run, store: stores.current.kind, file }))) return undefined;
  return { run, written: write() };

  async function write(): Promise<WrittenExport | Lost> {
    try {
      await removeBefore(deps, row);
      const written = await writeFile(deps, row, { run, file }, stopping);
      if (written === 'lost') await removeFile(deps, row, file);
      return written;
    } catch (error) {
      await removeFile(deps, row, file);
      const { aborted, reason } = stopping.signal;
      if (!aborted) throw error;
      if (reason === lost) return 'lost';
      throw reason;
    }
  }
}
