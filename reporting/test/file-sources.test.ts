/** What happens to a file and to the rows it is written from when one of them ends early. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { eventually } from '@millrace/shared/testing/eventually';
import { describe, expect, it } from 'vitest';
import type { Row } from '../src/datasets/dataset.js';
import { compress } from '../src/exports/export-file.js';
import type { FormatId } from '../src/exports/formats/format.js';
import { formats } from '../src/exports/formats/formats.js';
import { bytesOf, column, sourceOf, writtenFile } from './written-file.js';

const columns = [column('a'), column('b')];
/** Incompressible text, so that chunks come before the end. */
const batch = (n: number): Row[] =>
  Array.from({ length: 1_000 }, (_, row) => [String(Math.sin(n * 1_000 + row)), String(Math.cos(n * 1_000 + row))]);

/** Endless batches, or until one fails, with a record of what happened to them. */
function watchedBatches(failAfter = Number.POSITIVE_INFINITY) {
  const seen = { batches: 0, ended: false };
  async function* make(): AsyncGenerator<Row[]> {
    try {
      for (; seen.batches < failAfter; seen.batches++) yield batch(seen.batches);
      throw new Error('the database went away');
    } finally {
      seen.ended = true;
    }
  }
  return { seen, batches: make() };
}

const written: FormatId[] = ['csv', 'json', 'ndjson', 'xlsx', 'parquet'];

describe.each(written)('%s', (id) => {
  it('ends its rows when its reader stops early', async () => {
    const { seen, batches } = watchedBatches();
    for await (const chunk of formats[id].write(sourceOf(columns, [], { batches }))) {
      if (seen.batches > 0 && chunk.length > 0) break;
    }
    await eventually(async () => seen.ended, 'the rows have ended');
  });

  it('ends its rows when its stream is destroyed', async () => {
    const { seen, batches } = watchedBatches();
    const stream = Readable.from(formats[id].write(sourceOf(columns, [], { batches })));
    await once(stream, 'data');
    stream.destroy();
    await eventually(async () => seen.ended, 'the rows have ended');
  });

  it('reads no further than its reader', async () => {
    const { seen, batches } = watchedBatches();
    const chunks = formats[id].write(sourceOf(columns, [], { batches }))[Symbol.asyncIterator]();
    await chunks.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen.batches).toBeLessThan(30);
    await chunks.return?.();
  });

  it('fails when its rows fail', async () => {
    const { batches } = watchedBatches(3);
    await expect(writtenFile(id, sourceOf(columns, [], { batches }))).rejects.toThrow('the database went away');
  });
});

describe('a compressed file', () => {
  it('contains the same text', async () => {
    const source = sourceOf(columns, batch(0));
    const zipped = await buffer(compress(formats.csv.write(source)));
    expect(gunzipSync(zipped)).toEqual(await writtenFile('csv', sourceOf(columns, batch(0))));
  });

  it('ends its rows when it is destroyed', async () => {
    const { seen, batches } = watchedBatches();
    const stream = compress(formats.csv.write(sourceOf(columns, [], { batches })));
    await once(stream, 'data');
    stream.destroy();
    await eventually(async () => seen.ended, 'the rows have ended');
  });

  it('fails when its rows fail', async () => {
    const { batches } = watchedBatches(3);
    const stream = compress(formats.csv.write(sourceOf(columns, [], { batches })));
    await expect(bytesOf(stream)).rejects.toThrow('the database went away');
  });
});

it('names each format by its own id', () => {
  expect(Object.values(formats).map(({ id, extension, canGzip }) => [id, extension, canGzip])).toEqual([
    ['csv', 'csv', true],
    ['json', 'json', true],
    ['ndjson', 'ndjson', true],
    ['xlsx', 'xlsx', false],
    ['parquet', 'parquet', false],
    ['pdf', 'pdf', false],
  ]);
});
