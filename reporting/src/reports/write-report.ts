import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import type { Row } from '../datasets/dataset.js';
import { type ResolvedDataset, readBatches, resolveDataset } from '../datasets/read-dataset.js';
import type { ExportStores } from '../exports/export-store.js';
import { formats } from '../exports/formats/formats.js';
import { onOwnConnection } from '../exports/on-own-connection.js';
import type { SegmentEngine } from '../segments/segment-engine.js';
import { buildDocument } from './build-document.js';
import { readDataVersion } from './data-version.js';
import { type FiguresContext, type KeyFigure, readKeyFigures } from './key-figures.js';
import type { FigureChange, Report } from './report.js';
import { dropFile, keepFile } from './report-files.js';
import { findWrittenBefore } from './report-rows.js';
import { keepReport, type ReportRun, type WrittenReport } from './report-runs.js';
import { datasetRequest } from './templates/dataset-request.js';

/** Key figures that differ between two revisions, in the order of the newer one. Null: only the other revision has the figure. */
function figureChanges(before: KeyFigure[], after: KeyFigure[]): FigureChange[] {
  const [old, current] = [
    new Map(before.map((each) => [each.name, each])),
    new Map(after.map((each) => [each.name, each])),
  ];
  const all = [...after, ...before.filter(({ name }) => !current.has(name))];
  return all.flatMap(({ name, title, unit }) => {
    const change = { name, title, before: old.get(name)?.value ?? null, now: current.get(name)?.value ?? null };
    return change.before === change.now ? [] : [{ ...change, ...(unit !== undefined && { unit }) }];
  });
}

export interface WriteDeps {
  /** The primary database, where the aggregates are, without a statement timeout. */
  pool: Pool;
  stores: ExportStores;
  logger: Logger;
  fontDir?: string | undefined;
  /** Absent: Postgres computes everything. */
  engine?: SegmentEngine | undefined;
}

/** Well below the hour after which files without a report are removed. */
const statementTimeoutMs = 1_800_000;

interface Reading {
  context: FiguresContext;
  report: Report;
  resolved: ResolvedDataset;
  figures: KeyFigure[];
  notes: string[];
}

function countRows(batches: AsyncIterable<Row[]>) {
  const counted = { rows: 0, batches: pass() };
  async function* pass() {
    for await (const batch of batches) {
      counted.rows += batch.length;
      yield batch;
    }
  }
  return counted;
}

const siteName = `/* reporting.nameOfSite */ select coalesce(name, site_id) as name from sites where site_id = $1`;

/** The file in chunks. PDFs are complete documents; all other formats only have the rows of the dataset. */
async function chunksOf(
  deps: WriteDeps,
  reading: Reading,
  batches: AsyncIterable<Row[]>,
): Promise<AsyncIterable<Uint8Array>> {
  const { context, report, resolved, figures, notes } = reading;
  const { dataset, params } = resolved;
  const table = { title: dataset.tableTitle ?? dataset.title, columns: dataset.columns(params), batches };
  if (report.format === 'pdf') {
    const { rows } = await context.client.query<{ name: string }>(siteName, [report.siteId]);
    const parts = { report, siteName: rows[0]?.name ?? report.siteId, figures, table, notes };
    // Imported here to keep it out of the start of the worker.
    const { writeReportPdf } = await import('./pdf/write-report-pdf.js');
    return writeReportPdf(await buildDocument(context, parts), { fontDir: deps.fontDir, logger: deps.logger });
  }
  const about = { generatedAt: context.now, siteId: report.siteId, timezone: report.timezone, dateRange: context.days };
  return formats[report.format].write({
    ...table,
    ...(report.includeMetadata && { metadata: { ...about, dataset: dataset.id } }),
  });
}

async function readAndWrite(deps: WriteDeps, reading: Omit<Reading, 'figures'>, before: KeyFigure[] | undefined) {
  const { context, report, resolved } = reading;
  const dataVersion = await readDataVersion(context);
  const figures = await readKeyFigures(context);
  const changes = before ? figureChanges(before, figures) : null;
  const counted = countRows(readBatches(context.client, resolved, { now: context.now, reads: context.reads }));
  const chunks = await chunksOf(deps, { ...reading, report: { ...report, changes }, figures }, counted.batches);
  const kept = await keepFile(
    deps.pool,
    deps.stores.current,
    formats[report.format].extension,
    chunks,
    report.outputName,
  );
  return { ...kept, dataVersion, keyFigures: figures, changes, rowCount: counted.rows, generatedAt: context.now };
}

/** Figures and rows come from one snapshot. `notes` are shown to readers. Resolves with undefined if the run no longer owns the report. */
export async function writeReport(
  deps: WriteDeps,
  report: Report & ReportRun,
  notes: string[],
  now: Date,
): Promise<WrittenReport | undefined> {
  const { pool, stores } = deps;
  const { siteId, timezone, firstDay, lastDay, revision } = report;
  const days = { from: firstDay, to: lastDay };
  const request = datasetRequest(report, { days: [firstDay, lastDay], timezone });
  const resolved = await resolveDataset(pool, request, now);
  const before = revision === 1 ? undefined : await findWrittenBefore(pool, report);
  const read = (client: PoolClient) => {
    const context = { client, siteId, timezone, days, now, reads: { engine: deps.engine } };
    return readAndWrite(deps, { context, report, resolved, notes }, before?.keyFigures ?? undefined);
  };
  // Never fires: a report that was started is always finished.
  const { signal } = new AbortController();
  const written = await onOwnConnection(pool, { statementTimeoutMs, signal }, read);
  if (await keepReport(pool, report, written)) return written;
  await dropFile(pool, stores, written);
  return undefined;
}
