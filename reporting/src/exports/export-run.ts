/** Runs `npm run export`: from the arguments to an exit code, with the file and a few words on the way. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import {
  CommandError,
  type DatabaseUrl,
  describeFailure,
  onDatabase,
} from '@millrace/shared/commands/command-database';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { resolveDataset } from '../datasets/read-dataset.js';
import { coveredPeriod } from './covered-period.js';
import { describeFailure as describeExportFailure } from './export-failure.js';
import { type FilePlan, fileChunks } from './export-file.js';
import { type ExportOptions, exportHelp, exportOptions } from './export-options.js';
import { createProgressBar, progressLine } from './export-progress.js';
import type { Progress } from './export-runs.js';
import { formats } from './formats/formats.js';
import { onOwnConnection } from './on-own-connection.js';
import { rangeProgress } from './range-progress.js';
import { refuseExisting, writeWholeFile } from './whole-file.js';

export interface ExportSurroundings {
  stdout: Writable;
  stderr: Writable & { isTTY?: boolean };
  databaseUrl: DatabaseUrl;
  /** Fires when the user has had enough. */
  stopped?: AbortSignal;
}

async function writeTo(stdout: Writable, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    if (stdout.errored) throw stdout.errored;
    if (!stdout.write(chunk)) await once(stdout, 'drain');
  }
}

async function planOf(pool: Pool, options: ExportOptions, signal: AbortSignal): Promise<FilePlan> {
  const { request, format, gzip, includeMetadata, bom } = options;
  const now = new Date();
  const resolved = await resolveDataset(pool, request, now, signal);
  if (!resolved.siteKnown) throw new CommandError(`There is no site "${request.siteId}": check the name.`);
  return { resolved, format: formats[format], gzip, includeMetadata, bom, now, generatedAt: now };
}

async function* counted(chunks: AsyncIterable<Uint8Array>, progress: Progress): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    progress.bytes += chunk.length;
    yield chunk;
  }
}

interface Written extends Progress {
  /** What the rows are about; undefined for a dataset that takes no range. */
  period: string | undefined;
}

async function exportTo(pool: Pool, options: ExportOptions, surroundings: ExportSurroundings): Promise<Written> {
  const { stdout, stderr, stopped = new AbortController().signal } = surroundings;
  const plan = await planOf(pool, options, stopped);
  const percentOf = rangeProgress(plan.resolved);
  const progress: Progress = { rows: 0, bytes: 0, percent: percentOf ? 0 : null };
  const bar = createProgressBar(stderr);
  await onOwnConnection(pool, { statementTimeoutMs: 0, signal: stopped }, (client) => {
    const chunks = fileChunks(client, plan, stopped, (rows) => {
      progress.rows += rows.length;
      if (percentOf && rows.length > 0) progress.percent = percentOf(rows.at(-1)!);
      bar.show(progress);
    });
    const written = counted(chunks, progress);
    return options.output === undefined
      ? writeTo(stdout, written)
      : writeWholeFile(options.output, written, options.force);
  }).finally(bar.end);
  return { ...progress, period: coveredPeriod(plan.resolved) };
}

const closingLine = ({ period, ...progress }: Written) =>
  `${progressLine({ ...progress, percent: null })}${period === undefined ? '' : `  of ${period}`}`;

/** A file that cannot be written is the user's to mend, with the words of the system. */
function explain(error: unknown, stopped: AbortSignal | undefined): string {
  if (stopped?.aborted) return 'Stopped; nothing is left of the file.';
  if (error instanceof ServiceError) return error.message;
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === '40001' || code === '57014')
    return describeExportFailure(error).reason;
  return syscall !== undefined && code !== undefined ? `${message}.` : describeFailure(error);
}

/** 0 when the file is written, else 1. */
export async function runExport(args: string[], surroundings: ExportSurroundings): Promise<0 | 1> {
  const { stdout, stderr, databaseUrl, stopped } = surroundings;
  const commandLine = exportOptions(args);
  if (commandLine.kind === 'help') {
    stdout.write(exportHelp);
    return 0;
  }
  if (commandLine.kind === 'problem') {
    stderr.write(`export: ${commandLine.message} (--help shows how)\n`);
    return 1;
  }
  const { options } = commandLine;
  try {
    if (options.output !== undefined) refuseExisting(options.output, options.force);
    const written = await onDatabase('export', databaseUrl, (pool) => exportTo(pool, options, surroundings));
    if (options.output !== undefined) stderr.write(`${options.output}: ${closingLine(written)}\n`);
    return 0;
  } catch (error) {
    stderr.write(`export: ${explain(error, stopped)}\n`);
    return 1;
  }
}
