import type { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Column, Row } from '../../datasets/dataset.js';
import type { FileFormat, FileSource } from './format.js';
import { parquetSchema, parquetValue } from './parquet-columns.js';

/** Typed columns in row groups, compressed with Snappy. */
export const parquetFormat: FileFormat = {
  id: 'parquet',
  extension: 'parquet',
  contentType: 'application/vnd.apache.parquet',
  canGzip: false,
  write: writeParquet,
};

/** One group is held in memory. Twice the size would take twice the memory, and read only slightly faster. */
const groupRows = 10_000;
const groupCharacters = 32 * 1024 * 1024;

async function* writeParquet({ columns, batches }: FileSource): AsyncGenerator<Uint8Array> {
  // Imported here to keep it out of the start of the service.
  const parquet = await import('hyparquet-writer');
  const writer = new parquet.ByteWriter();
  const file = new parquet.ParquetWriter({ writer, schema: parquetSchema(columns), createdBy: 'millrace' });
  for await (const group of rowGroups(batches)) {
    writeGroup(file, columns, group);
    yield takeBytes(writer);
  }
  file.finish();
  yield takeBytes(writer);
}

async function* rowGroups(batches: AsyncIterable<Row[]>): AsyncGenerator<Row[]> {
  let group: Row[] = [];
  let characters = 0;
  for await (const rows of batches) {
    for (const row of rows) {
      group.push(row);
      for (const text of row) characters += text?.length ?? 0;
      if (group.length < groupRows && characters < groupCharacters) continue;
      yield group;
      group = [];
      characters = 0;
    }
  }
  if (group.length > 0) yield group;
}

function writeGroup(file: ParquetWriter, columns: Column[], rows: Row[]): void {
  const columnData = columns.map((column, place) => ({
    name: column.name,
    data: rows.map((row) => parquetValue(column, row[place] ?? null)),
    // The footer has the full minimum and maximum of each group, which are useless for JSON.
    statistics: column.type !== 'json',
  }));
  // In memory, this is synchronous.
  void file.write({ columnData, rowGroupSize: rows.length });
  for (const { meta_data } of file.row_groups.at(-1)!.columns) copyTexts(meta_data?.statistics);
}

type Statistics = NonNullable<ParquetWriter['row_groups'][number]['columns'][number]['meta_data']>['statistics'];

/** Statistics live until the file ends. In V8 a substring keeps its whole parent string in memory, so the texts are copied. */
function copyTexts(statistics: Statistics): void {
  if (!statistics) return;
  const { min_value: min, max_value: max } = statistics;
  if (typeof min === 'string') statistics.min_value = copyOf(min);
  if (typeof max === 'string') statistics.max_value = copyOf(max);
}

const copyOf = (text: string) => Buffer.from(text, 'utf16le').toString('utf16le');

/** Returns what was written since the last call. The writer keeps its own count of file offsets. */
function takeBytes(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}
