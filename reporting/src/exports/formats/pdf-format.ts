import type { FileFormat } from './format.js';

/** The place of tables as PDF: `write` is still to be joined to the layout of reports. */
export const pdfFormat: FileFormat = {
  id: 'pdf',
  extension: 'pdf',
  contentType: 'application/pdf',
  canGzip: false,
  maxRows: 5_000,
  write() {
    throw new Error('Tables cannot be written as PDF yet.');
  },
};
