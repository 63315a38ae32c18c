import type { Column, Row } from '../../datasets/dataset.js';
import type { PdfOptions } from '../../reports/pdf/write-report-pdf.js';

export type FormatId = 'csv' | 'json' | 'ndjson' | 'xlsx' | 'parquet' | 'pdf';

export interface FileSource {
  /** Title of the dataset; also names the sheet of a workbook. */
  title: string;
  columns: Column[];
  batches: AsyncIterable<Row[]>;
  /** For JSON and the header of PDF files. Absent: none is written. */
  metadata?: FileMetadata;
  /** Starts a CSV file with a byte order mark, which Excel needs to read it as UTF-8. */
  bom?: boolean;
  /** For PDF files: extra fonts, and a logger for characters that no font has. */
  pdf?: Pick<PdfOptions, 'fontDir' | 'logger'>;
}

export interface FileMetadata {
  generatedAt: Date;
  siteId: string;
  timezone: string;
  /** First and last day, both inclusive. */
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
  /** Maximum number of rows; further ones are only counted. */
  maxRows?: number;
  /**
   * The file in chunks. Implementations hold at most a few batches in memory, end the batches even if the reader stops early, and fail
   * when the batches fail; the caller must then discard the file.
   */
  write: (source: FileSource) => AsyncIterable<Uint8Array>;
}
