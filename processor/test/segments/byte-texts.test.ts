import { readMicros, readRows } from '@millrace/shared/platform/read-rows';
import { createRandom } from '@millrace/shared/testing/create-random';
import { expect, it } from 'vitest';
import { createByteTexts } from '../../src/segments/byte-texts.js';

const bytesOf = (text: string) => Buffer.from(`before${text}after`);

it('assigns one index to each text, however many and however long', () => {
  const random = createRandom(1);
  const texts = createByteTexts();
  const places = new Map<string, number>();
  for (let round = 0; round < 50_000; round += 1) {
    const text = random.pick(['', 'ü', '漢字', '😀', 'x'.repeat(5_000)]) + String(random.below(8_000));
    const bytes = bytesOf(text);
    const known = places.get(text);
    expect(texts.find(bytes, 6, bytes.length - 5)).toBe(known ?? 0);
    const place = texts.add(bytes, 6, bytes.length - 5);
    expect(place).toBe(known ?? places.size + 1);
    places.set(text, place);
  }
  expect(texts.size).toBe(places.size);
  expect(texts.toTexts()).toEqual([...places.keys()]);
});

it('distinguishes an empty text from a missing one', () => {
  const texts = createByteTexts();
  expect(texts.find(Buffer.alloc(0), 0, 0)).toBe(0);
  expect(texts.add(Buffer.alloc(0), 0, 0)).toBe(1);
  expect(texts.toTexts()).toEqual(['']);
});

const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const field = (value: Buffer | null) => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(value === null ? -1 : value.length);
  return value === null ? length : Buffer.concat([length, value]);
};
const row = (...values: (Buffer | null)[]) => Buffer.concat([Buffer.from([0, values.length]), ...values.map(field)]);
const end = Buffer.from([0xff, 0xff]);

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const int = Buffer.from([0xff, 0xff, 0xff, 0xfe]);
const instant = Buffer.from([0, 0, 0, 1, 0, 0, 0, 5]);

it.each([1, 2, 3, 7, 19, 20, 64, 1_000])('reads rows from chunks of %d bytes', async (size) => {
  const long = 'y'.repeat(300);
  const sent = [row(int, instant, Buffer.from('text')), row(null, instant, null), row(int, instant, Buffer.from(long))];
  const found: unknown[] = [];
  await readRows(pieces(Buffer.concat([header, ...sent, end]), size), 3, (read) => {
    const text = read.starts[2]! < 0 ? null : read.bytes.toString('utf8', read.starts[2]!, read.ends[2]!);
    found.push([read.ends[0]! - read.starts[0]!, readMicros(read, 1), text]);
  });
  const micros = 946_684_800_000_000 + 2 ** 32 + 5;
  expect(found).toEqual([
    [4, micros, 'text'],
    [expect.any(Number), micros, null],
    [4, micros, long],
  ]);
});

it.each([
  ['truncated within a row', Buffer.concat([header, row(int), row(int).subarray(0, 5)])],
  ['truncated before the end marker', Buffer.concat([header, row(int)])],
  ['rows with another number of columns', Buffer.concat([header, row(int, int), end])],
  ['in another format', Buffer.concat([Buffer.from('1\t2\n'.repeat(20)), end])],
  ['missing', Buffer.alloc(0)],
])('refuses bytes that are %s', async (_, bytes) => {
  await expect(readRows(pieces(bytes, 4), 1, () => {})).rejects.toThrow();
});
