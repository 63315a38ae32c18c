import type { Column, Row } from '../../datasets/dataset.js';
import { type PdfOptions, writeReportPdf } from './write-report-pdf.js';

export interface TablePdf {
  title: string;
  columns: Column[];
  /** Read to the end: rows beyond `maxRows` are counted. */
  batches: AsyncIterable<Row[]>;
  siteName?: string;
  period?: string;
  language?: string;
  generatedAt: Date;
  /** Default: 5,000. */
  maxRows?: number;
  /** Notes below the table, such as filters. */
  metadata?: { title: string; value: string }[];
}

/** Tables with more columns use landscape pages. */
const maxUprightColumns = 7;

/** A single table as an A4 document in chunks. Fails if reading `batches` fails. */
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
