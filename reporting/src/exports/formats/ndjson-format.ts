import type { FileFormat } from './format.js';
import { jsonRow } from './json-row.js';
import { textChunks } from './text-chunks.js';

/** One JSON object per line. */
export const ndjsonFormat: FileFormat = {
  id: 'ndjson',
  extension: 'ndjson',
  contentType: 'application/x-ndjson; charset=utf-8',
  canGzip: true,
  write({ columns, batches }) {
    const rowJson = jsonRow(columns);
    return textChunks(batches, (row) => `${rowJson(row)}\n`);
  },
};
