/**
 * Packs a column of numbers: first the lowest bytes of all rows, then the next higher ones, which deflate compresses fast and well.
 * Uses gzip for its CRC: zlib's checksum does not detect that small numbers have swapped places.
 */
import { gunzipSync, gzipSync } from 'node:zlib';

/**
 * How numbers are encoded. `planes`: byte by byte. `runs`: run-length encoding. `steps`: ascending numbers as differences.
 * `jumps`: numbers in any order as differences, with the sign in the lowest bit.
 */
export type BlockKind = 'planes' | 'runs' | 'steps' | 'jumps';

export type Numbers = Uint8Array | Uint16Array | Uint32Array;

/** The bytes of a block are not those that were written. */
export class CorruptBlockError extends Error {
  override readonly name = 'CorruptBlockError';
}

function widthOf(numbers: Numbers): number {
  let all = 0;
  for (const number of numbers) all |= number;
  return all >>> 24 > 0 ? 4 : all >>> 16 > 0 ? 3 : all >>> 8 > 0 ? 2 : 1;
}

/** Writes `width` planes of `numbers` into `bytes` at `offset`; returns the end. */
function writePlanes(numbers: Numbers, width: number, bytes: Uint8Array, offset: number): number {
  let end = offset;
  for (let shift = 0; shift < 8 * width; shift += 8) {
    for (let row = 0; row < numbers.length; row += 1) bytes[end + row] = numbers[row]! >>> shift;
    end += numbers.length;
  }
  return end;
}

/** Allocates the memory for numbers, for example memory shared between threads. */
export type Allocate = (bytes: number) => ArrayBufferLike;

const allocateOwn: Allocate = (bytes) => new ArrayBuffer(bytes);

/** The narrowest array for numbers of `width` bytes. */
function makeList(width: number, count: number, allocate: Allocate): Numbers {
  if (width === 1) return new Uint8Array(allocate(count));
  return width === 2 ? new Uint16Array(allocate(2 * count)) : new Uint32Array(allocate(4 * count));
}

function checkPlanes(bytes: Uint8Array, width: number, count: number): void {
  if (!(width >= 1 && width <= 4) || bytes.length !== width * count) throw new Error('wrong number of bytes');
}

function readPlanes(bytes: Uint8Array, width: number, count: number, allocate: Allocate): Numbers {
  checkPlanes(bytes, width, count);
  const numbers = makeList(width, count, allocate);
  if (width === 1) numbers.set(bytes);
  else for (let row = 0; row < count; row += 1) numbers[row] = numberAt(bytes, width, count, row);
  return numbers;
}

function numberAt(bytes: Uint8Array, width: number, count: number, row: number): number {
  let number = bytes[row]!;
  if (width > 1) number |= bytes[count + row]! << 8;
  if (width > 2) number |= bytes[2 * count + row]! << 16;
  if (width > 3) number |= bytes[3 * count + row]! << 24;
  return number;
}

/** Number of runs, width of the values, width of the lengths; followed by both as planes. */
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

function readRuns(bytes: Uint8Array, rows: number, allocate: Allocate): Numbers {
  const count = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
  const [ofValues, ofLengths] = [bytes[4]!, bytes[5]!];
  const split = runsHeader + count * ofValues;
  const values = readPlanes(bytes.subarray(runsHeader, split), ofValues, count, allocateOwn);
  const lengths = readPlanes(bytes.subarray(split), ofLengths, count, allocateOwn);
  const numbers = makeList(ofValues, rows, allocate);
  if (repeat(values, lengths, numbers) !== rows) throw new Error('wrong number of rows');
  return numbers;
}

/** Expands runs; returns the end. Most runs are short, for which `fill` would take ten times as long. */
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
    // Beyond 31 bits this overflows, and so do the sums.
    differences[row] = kind === 'steps' ? difference : (difference << 1) ^ (difference >> 31);
    last = numbers[row]!;
  }
  return differences;
}

function sumDifferences(
  bytes: Uint8Array,
  width: number,
  count: number,
  kind: 'steps' | 'jumps',
  allocate: Allocate,
): Uint32Array {
  checkPlanes(bytes, width, count);
  const numbers = new Uint32Array(allocate(4 * count));
  for (let row = 0, last = 0; row < count; row += 1) {
    const difference = numberAt(bytes, width, count, row);
    last = (last + (kind === 'steps' ? difference : (difference >>> 1) ^ -(difference & 1))) >>> 0;
    numbers[row] = last;
  }
  return numbers;
}

/** The width, followed by the planes. */
function planesOf(numbers: Numbers): Uint8Array {
  const width = widthOf(numbers);
  const bytes = new Uint8Array(1 + numbers.length * width);
  bytes[0] = width;
  writePlanes(numbers, width, bytes, 1);
  return bytes;
}

/** Uses runs only if they save more than deflate would save on planes anyway. */
function packCodes(numbers: Numbers): { kind: BlockKind; bytes: Uint8Array } {
  const runs = countRuns(numbers);
  if (runs * 5 > numbers.length * 3) return { kind: 'planes', bytes: planesOf(numbers) };
  return { kind: 'runs', bytes: writeRuns(numbers, runs) };
}

/**
 * Packs at least one number. `codes` become runs or planes, whichever is smaller; `steps` must be ascending; `jumps` may be any
 * 32-bit numbers.
 */
export function packNumbers(numbers: Numbers, as: 'codes' | 'steps' | 'jumps'): { kind: BlockKind; data: Buffer } {
  const { kind, bytes } =
    as === 'codes' ? packCodes(numbers) : { kind: as, bytes: planesOf(toDifferences(numbers, as)) };
  return { kind, data: gzipSync(bytes, { level: 1 }) };
}

/** The smallest chunk size that zlib accepts. */
const minChunkSize = 64;

/**
 * Unpacks into one buffer of the length in the last four bytes (RFC 1952, 2.3.1), plus one byte by which zlib recognises the end.
 * zlib throws if that length is wrong.
 */
function gunzip(data: Uint8Array, maxBytes: number): Buffer {
  const length = new DataView(data.buffer, data.byteOffset, data.length).getUint32(data.length - 4, true);
  return gunzipSync(data, { chunkSize: Math.max(minChunkSize, Math.min(length, maxBytes) + 1) });
}

/**
 * The numbers of a block of `rows`, in memory from `allocate`.
 * @throws CorruptBlockError if the checksum or the number of rows is wrong.
 */
export function unpackNumbers(kind: BlockKind, data: Uint8Array, rows: number, allocate = allocateOwn): Numbers {
  try {
    // Runs take the most space: four bytes each for value and length.
    const bytes = gunzip(data, runsHeader + 8 * rows);
    if (kind === 'runs') return readRuns(bytes, rows, allocate);
    const [planes, width] = [bytes.subarray(1), bytes[0] ?? 0];
    if (kind === 'planes') return readPlanes(planes, width, rows, allocate);
    return sumDifferences(planes, width, rows, kind, allocate);
  } catch (cause) {
    throw new CorruptBlockError(`A block of ${rows} rows cannot be read: ${(cause as Error).message}`, { cause });
  }
}
