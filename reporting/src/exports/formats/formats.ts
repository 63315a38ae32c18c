import { csvFormat } from './csv-format.js';
import type { FileFormat, FormatId } from './format.js';
import { jsonFormat } from './json-format.js';
import { ndjsonFormat } from './ndjson-format.js';
import { parquetFormat } from './parquet-format.js';
import { pdfFormat } from './pdf-format.js';
import { xlsxFormat } from './xlsx-format.js';

export const formats: Record<FormatId, FileFormat> = {
  csv: csvFormat,
  json: jsonFormat,
  ndjson: ndjsonFormat,
  xlsx: xlsxFormat,
  parquet: parquetFormat,
  pdf: pdfFormat,
};
