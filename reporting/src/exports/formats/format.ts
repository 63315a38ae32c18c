/** What a file of rows is made from, and what each kind of file can do. */
import type { Column, Row } from '../../datasets/dataset.js';
import type { PdfOptions } from '../../reports/pdf/write-report-pdf.js';

export type FormatId = 'csv' | 'json' | 'ndjson' | 'xlsx' | 'parquet' | 'pdf';

export interface FileSource {
  /** Of the dataset; names the sheet of a workbook. */
  title: string;
  columns: Column[];
  batches: AsyncIterable<Row[]>;
  /** Of JSON files, and the head of PDF files; absent: none is written. */
  metadata?: FileMetadata;
  /** Whether a CSV file begins with a byte order mark, which Excel needs to read it as UTF-8. */
  bom?: boolean;
  /** Fonts of PDF files, and who is told what none of them has. */
  pdf?: Pick<PdfOptions, 'fontDir' | 'logger'>;
}

export interface FileMetadata {
  generatedAt: Date;
  siteId: string;
  timezone: string;
  /** First and last day, both included. */
  dateRange: { from: string; to: string } | null;
  /** Id of the dataset. */
  dataset: string;
}

export interface FileFormat {
  id: FormatId;
  /** Without the dot. */
  extension: string;
  contentType: string;
  canGzip: boolean;
  /** Rows that a file has at most; further ones are only counted. */
  maxRows?: number;
  /**
   * The file in chunks. Holds no more than a few batches, ends the batches also when the reader stops early, and fails when they fail:
   * whoever writes the chunks somewhere must not keep the file then.
   */
  write: (source: FileSource) => AsyncIterable<Uint8Array>;
}
