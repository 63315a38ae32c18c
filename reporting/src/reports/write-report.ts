/** Writes the file of a report: its figures and rows read in one snapshot, on the way to the store. */
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
import { figureChanges } from './figure-changes.js';
import { type FiguresContext, type KeyFigure, readKeyFigures } from './key-figures.js';
import type { Report } from './report.js';
import { dropFile, keepFile } from './report-files.js';
import { findWrittenBefore } from './report-rows.js';
import { keepReport, type ReportRun, type WrittenReport } from './report-runs.js';
import { datasetRequest } from './templates/dataset-request.js';

export interface WriteDeps {
  /** Without a limit of time for statements; of the database that aggregations write to. */
  pool: Pool;
  stores: ExportStores;
  logger: Logger;
  fontDir?: string | undefined;
  /** Absent: Postgres counts everything. */
  engine?: SegmentEngine | undefined;
}

/** Well below the hour after which a file that no report has is removed. */
const statementTimeoutMs = 1_800_000;

interface Reading {
  context: FiguresContext;
  report: Report;
  resolved: ResolvedDataset;
  figures: KeyFigure[];
  notes: string[];
}

/** Counts the rows that pass. */
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

/** The file in chunks. A PDF is a document for people; all other formats are the rows of the dataset. */
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
    // Loaded when it is needed: a worker that starts must not wait for it.
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

/** `notes` are for the reader. Undefined where the report is not this run's any more. */
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
  // A report that is begun is written to its end.
  const { signal } = new AbortController();
  const written = await onOwnConnection(pool, { statementTimeoutMs, signal }, read);
  if (await keepReport(pool, report, written)) return written;
  await dropFile(pool, stores, written);
  return undefined;
}
