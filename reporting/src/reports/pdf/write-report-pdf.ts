import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Logger } from '@millrace/shared/platform/logger';
import { drawTable } from './draw-table.js';
import { openFontChain } from './font-chain.js';
import { supportedLanguage } from './format-value.js';
import { drawKeyFigures } from './key-figures.js';
import { drawLineChart } from './line-chart.js';
import { openPdf } from './open-pdf.js';
import type { ReportDocument, ReportSection } from './report-document.js';
import { drawHeading, drawNote, drawReportHead } from './report-head.js';
import { numberPages, openSheet, type Sheet } from './sheet.js';
import { createTypesetter } from './typesetter.js';

export interface PdfOptions {
  /** A folder with more fonts, such as for Chinese, Japanese and Korean. */
  fontDir?: string;
  logger: Logger;
  /** Wider pages for tables with many columns. */
  isLandscape?: boolean;
}

/**
 * A report as an A4 document in chunks. Nothing is read or drawn before the first chunk is requested. Fails if reading rows fails, but
 * never because of the text.
 */
export async function* writeReportPdf(document: ReportDocument, options: PdfOptions): AsyncGenerator<Uint8Array> {
  const { title, generatedAt } = document;
  const pdf = openPdf({ title, language: supportedLanguage(document.language), createdAt: generatedAt });
  const stream = pdf as unknown as Readable;
  fillPages(pdf, document, options).catch((error) => stream.destroy(error));
  // yield* handles errors of the stream, and destroys it if the caller stops early.
  yield* stream;
}

async function fillPages(pdf: PDFKit.PDFDocument, document: ReportDocument, options: PdfOptions): Promise<void> {
  const language = supportedLanguage(document.language);
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
  await numberPages(sheet, `Generated ${formatInstant(document.generatedAt)}`);
  sheet.root.end();
  logMissing(type.missing, options.logger);
  pdf.end();
}

async function drawSection(sheet: Sheet, section: ReportSection): Promise<void> {
  if (section.kind === 'chart') drawLineChart(sheet, section);
  else await drawTable(sheet, section);
}

function formatInstant(instant: Date): string {
  const options = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Intl.DateTimeFormat('en-GB', options).format(instant)} UTC`;
}

/** Logs once per report. */
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
