/** The pages of a PDF, filled from top to bottom. */
import { setImmediate } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { colors } from './colors.js';
import { fitLine } from './fit-text.js';
import { decorate, openRoot, type Tag } from './tags.js';
import type { Typesetter } from './typesetter.js';

export interface Sheet {
  pdf: PDFKit.PDFDocument;
  type: Typesetter;
  language: string;
  root: Tag;
  left: number;
  /** Between the margins. */
  width: number;
  /** Current vertical position. Drawing functions advance it. */
  y: number;
  /** Starts a new page if less than `height` is left. Returns whether it did. */
  makeRoom(height: number): boolean;
}

export interface SheetOptions {
  isLandscape: boolean;
  language: string;
  /** Shown on every page except the first. */
  heading: string;
  period: string;
}

const pagesWithoutPause = 20;
const margin = { side: 48, top: 48, bottom: 56 };
/** Top of later pages, below their heading. */
const secondTop = 78;

/** Starts the first page. */
export function openSheet(pdf: PDFKit.PDFDocument, type: Typesetter, options: SheetOptions): Sheet {
  const layout = options.isLandscape ? 'landscape' : 'portrait';
  pdf.addPage({ size: 'A4', margin: 0, layout });
  const sheet: Sheet = {
    pdf,
    type,
    language: options.language,
    root: openRoot(pdf),
    left: margin.side,
    width: pdf.page.width - 2 * margin.side,
    y: margin.top,
    makeRoom(height) {
      packPage(pdf);
      if (sheet.y + height <= pdf.page.height - margin.bottom) return false;
      pdf.addPage({ size: 'A4', margin: 0, layout });
      drawHeading(sheet, options);
      sheet.y = secondTop;
      return true;
    },
  };
  return sheet;
}

/** Writes the footers, which contain the number of pages, and finishes all pages. */
export async function numberPages({ pdf, type, left, width }: Sheet, generated: string): Promise<void> {
  const { count } = pdf.bufferedPageRange();
  const style = { size: 7.5 };
  for (let page = 0; page < count; page += 1) {
    pdf.switchToPage(page);
    const baseline = pdf.page.height - 30;
    const number = type.line(type.show(`Page ${page + 1} of ${count}`), style);
    decorate(pdf, () => {
      type.draw(fitLine(type, generated, width - number.width - 20, style), left, baseline, colors.grey);
      type.draw(number, left + width - number.width, baseline, colors.grey);
    });
    compressPage(pdf);
    if (page % pagesWithoutPause === 0) await setImmediate();
  }
}

function drawHeading({ pdf, type, left, width }: Sheet, { heading, period }: SheetOptions): void {
  const style = { size: 8 };
  const end = fitLine(type, period, width * 0.4, style);
  decorate(pdf, () => {
    type.draw(fitLine(type, heading, width - end.width - 20, style), left, 48, colors.grey);
    type.draw(end, left + width - end.width, 48, colors.grey);
    pdf
      .lineWidth(0.5)
      .strokeColor(colors.line)
      .moveTo(left, 56)
      .lineTo(left + width, 56)
      .stroke();
  });
}

/** pdfkit would compress all pages at once and block the event loop. */
function compressPage(pdf: PDFKit.PDFDocument): void {
  const { content } = pdf.page as unknown as { content: { buffer: Uint8Array[]; compress: boolean } };
  content.buffer = [deflateSync(Buffer.concat(content.buffer))];
  content.compress = false;
}

/** pdfkit keeps a page as thousands of small buffers; joining them takes a fifth of the memory. */
function packPage(pdf: PDFKit.PDFDocument): void {
  const { content } = pdf.page as unknown as { content: { buffer: Uint8Array[] } };
  if (content.buffer.length > 500) content.buffer = [Buffer.concat(content.buffer)];
}
