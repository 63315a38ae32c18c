import type { FileFormat, FileMetadata, FileSource } from './format.js';
import { jsonRow } from './json-row.js';
import { textChunks } from './text-chunks.js';

/** Version of the layout below. Increase it with every incompatible change. */
const version = '1.0';

/** An array of objects, or with metadata `{data, metadata}`, in this order because the number of rows is known only at the end. */
export const jsonFormat: FileFormat = {
  id: 'json',
  extension: 'json',
  contentType: 'application/json; charset=utf-8',
  canGzip: true,
  write: writeJson,
};

async function* writeJson({ columns, batches, metadata }: FileSource): AsyncGenerator<Uint8Array> {
  const rowJson = jsonRow(columns);
  let rows = 0;
  yield Buffer.from(metadata ? '{"data":[' : '[');
  yield* textChunks(batches, (row) => `${rows++ === 0 ? '\n' : ',\n'}${rowJson(row)}`);
  const described = metadata ? `,\n"metadata":${JSON.stringify(describe(metadata, rows))}}` : '';
  yield Buffer.from(`\n]${described}\n`);
}

function describe({ generatedAt, dateRange, dataset, siteId, timezone }: FileMetadata, totalRecords: number) {
  return { generatedAt, dateRange, totalRecords, exportFormat: 'json', version, dataset, siteId, timezone };
}
