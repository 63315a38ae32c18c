import { createLogger } from '@millrace/shared/platform/logger';
import { describePeriod } from '../../reports/describe-period.js';
import type { FileFormat, FileSource } from './format.js';

const maxRows = 5_000;

/** A table to be read or printed; rows beyond the first are counted, and the document says how many they are. */
export const pdfFormat: FileFormat = {
  id: 'pdf',
  extension: 'pdf',
  contentType: 'application/pdf',
  canGzip: false,
  maxRows,
  write: writePdf,
};

async function* writePdf({ title, columns, batches, metadata, pdf }: FileSource): AsyncGenerator<Uint8Array> {
  // Loaded when it is needed: a service that starts must not wait for it.
  const { writeTablePdf } = await import('../../reports/pdf/write-table-pdf.js');
  const { siteId, dateRange, timezone, generatedAt = new Date() } = metadata ?? {};
  const about = {
    ...(siteId !== undefined && { siteName: siteId }),
    ...(dateRange && { period: `${describePeriod(dateRange)}, ${timezone}` }),
  };
  const options = pdf ?? { logger: createLogger('export', 'silent') };
  yield* writeTablePdf({ title, columns, batches, generatedAt, maxRows, ...about }, options);
}
