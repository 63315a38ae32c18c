/**
 * A column's numbers as bytes: the lowest bytes of all rows, then the next higher ones, which deflate packs well and fast. With the CRC
 * of gzip: the checksum of zlib streams does not tell columns of small numbers from ones with some of them exchanged.
 */
import { gunzipSync, gzipSync } from 'node:zlib';

/**
 * How numbers become bytes. `planes`: as they are. `runs`: each number once with how often it stands in a row. `steps`: ascending
 * numbers as the differences between them. `jumps`: the same for numbers in any order, with the sign in the lowest bit.
 */
export type BlockKind = 'planes' | 'runs' | 'steps' | 'jumps';

export type Numbers = Uint8Array | Uint16Array | Uint32Array;

/** Not to be read: its bytes are not those that were written. */
export class CorruptBlockError extends Error {
  override readonly name = 'CorruptBlockError';
}

function widthOf(numbers: Numbers): number {
  let all = 0;
  for (const number of numbers) all |= number;
  return all >>> 24 > 0 ? 4 : all >>> 16 > 0 ? 3 : all >>> 8 > 0 ? 2 : 1;
}

/** Writes `width` planes of `numbers` into `bytes` from `offset` on; returns where they end. */
function writePlanes(numbers: Numbers, width: number, bytes: Uint8Array, offset: number): number {
  let end = offset;
  for (let shift = 0; shift < 8 * width; shift += 8) {
    for (let row = 0; row < numbers.length; row += 1) bytes[end + row] = numbers[row]! >>> shift;
    end += numbers.length;
  }
  return end;
}

/** The numbers of the narrowest array that holds them; for one plane a view, not a copy. */
function readPlanes(bytes: Uint8Array, width: number, count: number): Numbers {
  if (!(width >= 1 && width <= 4) || bytes.length !== width * count) throw new Error('a wrong number of bytes');
  if (width === 1) return new Uint8Array(bytes.buffer, bytes.byteOffset, count);
  const numbers = width === 2 ? new Uint16Array(count) : new Uint32Array(count);
  for (let plane = 0, shift = 0; plane < bytes.length; plane += count, shift += 8) {
    for (let row = 0; row < count; row += 1) numbers[row]! |= bytes[plane + row]! << shift;
  }
  return numbers;
}

/** Count of runs, width of their values, width of their lengths; then both in planes. */
const runsHeader = 6;

function countRuns(numbers: Numbers): number {
  let runs = 0;
  for (let row = 0; row < numbers.length; row += 1) if (row === 0 || numbers[row] !== numbers[row - 1]) runs += 1;
  return runs;
}

function writeRuns(numbers: Numbers, count: number): Uint8Array {
  const [values, lengths] = [new Uint32Array(count), new Uint32Array(count)];
  let run = -1;
  for (let row = 0; row < numbers.length; row += 1) {
    if (row === 0 || numbers[row] !== numbers[row - 1]) values[++run] = numbers[row]!;
    lengths[run]! += 1;
  }
  const widths = [widthOf(values), widthOf(lengths)] as const;
  const bytes = new Uint8Array(runsHeader + count * (widths[0] + widths[1]));
  new DataView(bytes.buffer).setUint32(0, count, true);
  bytes.set(widths, 4);
  writePlanes(lengths, widths[1], bytes, writePlanes(values, widths[0], bytes, runsHeader));
  return bytes;
}

function readRuns(bytes: Uint8Array, rows: number): Numbers {
  const count = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
  const [ofValues, ofLengths] = [bytes[4]!, bytes[5]!];
  const split = runsHeader + count * ofValues;
  const values = readPlanes(bytes.subarray(runsHeader, split), ofValues, count);
  const lengths = readPlanes(bytes.subarray(split), ofLengths, count);
  const numbers = new (values.constructor as new (length: number) => Numbers)(rows);
  if (repeat(values, lengths, numbers) !== rows) throw new Error('a wrong number of rows');
  return numbers;
}

/** Writes each value as often as its length says; returns where they end. Most runs are short: `fill` would take ten times as long. */
function repeat(values: Numbers, lengths: Numbers, numbers: Numbers): number {
  let row = 0;
  for (let run = 0; run < values.length; run += 1) {
    const value = values[run]!;
    const end = row + lengths[run]!;
    if (end > numbers.length) return end;
    for (; row < end; row += 1) numbers[row] = value;
  }
  return row;
}

function toDifferences(numbers: Numbers, kind: 'steps' | 'jumps'): Uint32Array {
  const differences = new Uint32Array(numbers.length);
  for (let row = 0, last = 0; row < numbers.length; row += 1) {
    const difference = numbers[row]! - last;
    // Beyond 31 bits it wraps, and sums wrap back.
    differences[row] = kind === 'steps' ? difference : (difference << 1) ^ (difference >> 31);
    last = numbers[row]!;
  }
  return differences;
}

function sumDifferences(differences: Numbers, kind: 'steps' | 'jumps'): Uint32Array {
  const numbers = new Uint32Array(differences.length);
  for (let row = 0, last = 0; row < differences.length; row += 1) {
    const difference = differences[row]!;
    last = (last + (kind === 'steps' ? difference : (difference >>> 1) ^ -(difference & 1))) >>> 0;
    numbers[row] = last;
  }
  return numbers;
}

/** The width, then the planes. */
function planesOf(numbers: Numbers): Uint8Array {
  const width = widthOf(numbers);
  const bytes = new Uint8Array(1 + numbers.length * width);
  bytes[0] = width;
  writePlanes(numbers, width, bytes, 1);
  return bytes;
}

/** Runs where they are shorter than planes by more than deflate would make of planes anyway. */
function packCodes(numbers: Numbers): { kind: BlockKind; bytes: Uint8Array } {
  const runs = countRuns(numbers);
  if (runs * 5 > numbers.length * 3) return { kind: 'planes', bytes: planesOf(numbers) };
  return { kind: 'runs', bytes: writeRuns(numbers, runs) };
}

/**
 * `numbers` packed, at least one. `codes` become runs or planes, whatever is smaller; `steps` are ascending; `jumps`
 * may be any that 32 bits hold.
 */
export function packNumbers(numbers: Numbers, as: 'codes' | 'steps' | 'jumps'): { kind: BlockKind; data: Buffer } {
  const { kind, bytes } =
    as === 'codes' ? packCodes(numbers) : { kind: as, bytes: planesOf(toDifferences(numbers, as)) };
  return { kind, data: gzipSync(bytes, { level: 1 }) };
}

/**
 * The numbers of a block of `rows`.
 * @throws CorruptBlockError when the checksum of the bytes is wrong, or they are of another number of rows.
 */
export function unpackNumbers(kind: BlockKind, data: Uint8Array, rows: number): Numbers {
  try {
    const bytes = gunzipSync(data);
    if (kind === 'runs') return readRuns(bytes, rows);
    const numbers = readPlanes(bytes.subarray(1), bytes[0] ?? 0, rows);
    return kind === 'planes' ? numbers : sumDifferences(numbers, kind);
  } catch (cause) {
    throw new CorruptBlockError(`A block of ${rows} rows cannot be read: ${(cause as Error).message}`, { cause });
  }
}
