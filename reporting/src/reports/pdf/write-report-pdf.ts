/** A report as the pages that a manager forwards. */
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Logger } from '@millrace/shared/platform/logger';
import { drawTable } from './draw-table.js';
import { openFontChain } from './font-chain.js';
import { knownLanguage } from './format-value.js';
import { drawKeyFigures } from './key-figures.js';
import { drawLineChart } from './line-chart.js';
import { openPdf } from './open-pdf.js';
import type { ReportDocument, ReportSection } from './report-document.js';
import { drawHeading, drawNote, drawReportHead } from './report-head.js';
import { numberPages, openSheet, type Sheet } from './sheet.js';
import { createTypesetter } from './typesetter.js';

export interface PdfOptions {
  /** A folder of fonts for what ours cannot write, such as Chinese, Japanese and Korean. */
  fontDir?: string;
  logger: Logger;
  /** Wider pages; for tables of many columns. */
  isLandscape?: boolean;
}

/**
 * The bytes of an A4 document. Nothing is read or drawn before the first chunk is asked for: whoever cannot take any may leave it. An
 * error while rows are read ends the chunks; text is never a reason for one.
 */
export async function* writeReportPdf(document: ReportDocument, options: PdfOptions): AsyncGenerator<Uint8Array> {
  const { title, generatedAt } = document;
  const pdf = openPdf({ title, language: knownLanguage(document.language), createdAt: generatedAt });
  const stream = pdf as unknown as Readable;
  fillPages(pdf, document, options).catch((error) => stream.destroy(error));
  // Who reads it listens for its error in the same turn, and destroys it when they leave.
  yield* stream;
}

async function fillPages(pdf: PDFKit.PDFDocument, document: ReportDocument, options: PdfOptions): Promise<void> {
  const language = knownLanguage(document.language);
  const type = createTypesetter(pdf, openFontChain(options.fontDir, options.logger));
  const { title, siteName, period } = document;
  const heading = siteName ? `${title} · ${siteName}` : title;
  const sheet = openSheet(pdf, type, { isLandscape: options.isLandscape ?? false, language, heading, period });
  drawReportHead(sheet, document);
  drawKeyFigures(sheet, document.keyFigures);
  for (const section of document.sections) {
    await drawSection(sheet, section);
    await setImmediate();
    if (pdf.destroyed) return;
  }
  if (document.notes?.length) drawHeading(sheet, 'Notes', 30);
  for (const note of document.notes ?? []) drawNote(sheet, note);
  await numberPages(sheet, `Generated ${formatMoment(document.generatedAt)}`);
  sheet.root.end();
  logMissing(type.missing, options.logger);
  pdf.end();
}

async function drawSection(sheet: Sheet, section: ReportSection): Promise<void> {
  if (section.kind === 'chart') drawLineChart(sheet, section);
  else await drawTable(sheet, section);
}

function formatMoment(moment: Date): string {
  const options = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Intl.DateTimeFormat('en-GB', options).format(moment)} UTC`;
}

/** Once for a report, however often a character stands in it. */
function logMissing(missing: ReadonlySet<number>, logger: Logger): void {
  if (missing.size === 0) return;
  const characters = [...missing]
    .slice(0, 50)
    .map((codePoint) => `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`);
  logger.warn(
    { count: missing.size, characters },
    'no font has these characters: the report shows their numbers (see REPORT_FONT_DIR)',
  );
}
