import { createLogger } from '@millrace/shared/platform/logger';
import { describePeriod } from '../../reports/describe-period.js';
import type { FileFormat, FileSource } from './format.js';

const maxRows = 5_000;

/** A table to read or print. Rows beyond `maxRows` are counted, and the document says how many were left out. */
export const pdfFormat: FileFormat = {
  id: 'pdf',
  extension: 'pdf',
  contentType: 'application/pdf',
  canGzip: false,
  maxRows,
  write: writePdf,
};

async function* writePdf({ title, columns, batches, metadata, pdf }: FileSource): AsyncGenerator<Uint8Array> {
  // Imported here to keep it out of the start of the service.
  const { writeTablePdf } = await import('../../reports/pdf/write-table-pdf.js');
  const { siteId, dateRange, timezone, generatedAt = new Date() } = metadata ?? {};
  const about = {
    ...(siteId !== undefined && { siteName: siteId }),
    ...(dateRange && { period: `${describePeriod(dateRange)}, ${timezone}` }),
  };
  const options = pdf ?? { logger: createLogger('export', 'silent') };
  yield* writeTablePdf({ title, columns, batches, generatedAt, maxRows, ...about }, options);
}
