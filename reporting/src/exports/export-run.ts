import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { type DatabaseUrl, describeFailure, onDatabase } from '@millrace/shared/commands/command-database';
import { CommandError } from '@millrace/shared/commands/command-error';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import { type ResolvedDataset, resolveDataset } from '../datasets/read-dataset.js';
import { formatBytes } from '../delivery/format-figure.js';
import { describePeriod } from '../reports/describe-period.js';
import { describeFailure as describeExportFailure } from './export-failure.js';
import { type FilePlan, fileChunks } from './export-file.js';
import { type ExportOptions, exportHelp, parseExportOptions } from './export-options.js';
import type { Progress } from './export-runs.js';
import { formats } from './formats/formats.js';
import { onOwnConnection } from './on-own-connection.js';
import { rangeProgress } from './range-progress.js';
import { refuseExisting, writeWholeFile } from './whole-file.js';

/** Such as `1 to 7 June 2026 (Europe/Berlin)`; undefined if the dataset takes no range. */
function coveredPeriod({ dataset, range, days, timezone }: ResolvedDataset): string | undefined {
  if (dataset.defaultRange === undefined) return undefined;
  const isWholeDays =
    range.from.getTime() === dayStart(days.from, timezone).getTime() &&
    range.to.getTime() === dayStart(addDays(days.to, 1), timezone).getTime();
  if (isWholeDays) return `${describePeriod(days)} (${timezone})`;
  return `${range.from.toISOString()} to ${range.to.toISOString()}`;
}

const width = 24;
const everyMs = 100;

const formatCount = (number: number) => number.toLocaleString('en-US');

const sizeOf = (bytes: number) => (bytes < 1_000 ? `${bytes} bytes` : formatBytes(bytes));

/** Such as `[======                  ] 25 %  1,200,000 rows  96.1 MB`. */
function progressLine({ rows, bytes, percent }: Progress): string {
  const done =
    percent === null ? '' : `[${'='.repeat(Math.round((percent * width) / 100)).padEnd(width)}] ${percent} %  `;
  return `${done}${formatCount(rows)} rows  ${sizeOf(bytes)}`;
}

interface ProgressBar {
  show(progress: Progress): void;
  /** Clears the bar. */
  end(): void;
}

/** Draws only on a terminal. */
function createProgressBar(stream: Writable & { isTTY?: boolean }): ProgressBar {
  let shownAt = 0;
  const draw = (line: string) => stream.isTTY && stream.write(`\r\u001b[K${line}`);
  return {
    show(progress) {
      if (Date.now() - shownAt < everyMs) return;
      shownAt = Date.now();
      draw(progressLine(progress));
    },
    end: () => void draw(''),
  };
}

export interface ExportDeps {
  stdout: Writable;
  stderr: Writable & { isTTY?: boolean };
  databaseUrl: DatabaseUrl;
  /** Fires when the user interrupts. */
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

async function* countBytes(chunks: AsyncIterable<Uint8Array>, progress: Progress): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    progress.bytes += chunk.length;
    yield chunk;
  }
}

interface ExportSummary extends Progress {
  /** Undefined if the dataset takes no range. */
  period: string | undefined;
}

async function exportTo(pool: Pool, options: ExportOptions, deps: ExportDeps): Promise<ExportSummary> {
  const { stdout, stderr, stopped = new AbortController().signal } = deps;
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
    const written = countBytes(chunks, progress);
    return options.output === undefined
      ? writeTo(stdout, written)
      : writeWholeFile(options.output, written, options.force);
  }).finally(bar.end);
  return { ...progress, period: coveredPeriod(plan.resolved) };
}

const summaryLine = ({ period, ...progress }: ExportSummary) =>
  `${progressLine({ ...progress, percent: null })}${period === undefined ? '' : `  of ${period}`}`;

/** Errors of the file system are shown as they are: the user can fix them. */
function describeError(error: unknown, stopped: AbortSignal | undefined): string {
  if (stopped?.aborted) return 'Stopped; the incomplete file was removed.';
  if (error instanceof ServiceError) return error.message;
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === '40001' || code === '57014')
    return describeExportFailure(error).reason;
  return syscall !== undefined && code !== undefined ? `${message}.` : describeFailure(error);
}

/** Runs `npm run export` and returns its exit code. */
export async function runExport(args: string[], surroundings: ExportDeps): Promise<0 | 1> {
  const { stdout, stderr, databaseUrl, stopped } = surroundings;
  const commandLine = parseExportOptions(args);
  if (commandLine.kind === 'help') {
    stdout.write(exportHelp);
    return 0;
  }
  if (commandLine.kind === 'problem') {
    stderr.write(`export: ${commandLine.message} See --help.\n`);
    return 1;
  }
  const { options } = commandLine;
  try {
    if (options.output !== undefined) refuseExisting(options.output, options.force);
    const written = await onDatabase('export', databaseUrl, (pool) => exportTo(pool, options, surroundings));
    if (options.output !== undefined) stderr.write(`${options.output}: ${summaryLine(written)}\n`);
    return 0;
  } catch (error) {
    stderr.write(`export: ${describeError(error, stopped)}\n`);
    return 1;
  }
}
