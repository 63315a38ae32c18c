/** One table as a PDF: the form of an export that is read or printed, not computed with. */
import type { Column, Row } from '../../datasets/dataset.js';
import { type PdfOptions, writeReportPdf } from './write-report-pdf.js';

export interface TablePdf {
  title: string;
  columns: Column[];
  /** Read to its end: rows beyond `maxRows` are counted. */
  batches: AsyncIterable<Row[]>;
  siteName?: string;
  period?: string;
  language?: string;
  generatedAt: Date;
  /** 5,000 when absent. */
  maxRows?: number;
  /** Said below the table, each on a line, such as filters. */
  metadata?: { title: string; value: string }[];
}

/** More columns than that stand better on wide pages. */
const maxUprightColumns = 7;

/** The bytes of an A4 document; `batches` are read from the first chunk on, and their error ends the chunks. */
export function writeTablePdf(table: TablePdf, options: Omit<PdfOptions, 'isLandscape'>): AsyncGenerator<Uint8Array> {
  const { title, columns, batches, siteName = '', period = '', language, generatedAt, maxRows, metadata } = table;
  return writeReportPdf(
    {
      title,
      siteName,
      period,
      language,
      generatedAt,
      keyFigures: [],
      sections: [{ kind: 'table', title: '', columns, rows: batches, maxRows }],
      notes: metadata?.map((entry) => `${entry.title}: ${entry.value}`),
    },
    { ...options, isLandscape: columns.length > maxUprightColumns },
  );
}
