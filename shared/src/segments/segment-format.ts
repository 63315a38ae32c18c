/** The format of a segment: the events of some of a site's 15-minute intervals, column by column, sorted by visitor, time and id. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type Allocate,
  type BlockKind,
  CorruptBlockError,
  type Numbers,
  packNumbers,
  unpackNumbers,
} from './number-block.js';
import { layout } from './segment-columns.js';

/** Location of a column's block in `data`; offset and length in bytes. */
export type Block = readonly [kind: BlockKind | 'ids', offset: number, length: number];

/** Data of the events that the segment does not contain. */
export interface Omitted {
  /** Columns in which events may have values. */
  leftOut: string[];
  /** True if there are further properties that are not listed. */
  leavesOutMore: boolean;
}

export interface Directory extends Omitted {
  layout: number;
  /**
   * `time` in milliseconds since the start of the segment; `micros`, the microseconds below that; `visitor`, 0 for none; `session`,
   * 0 for none, else the position from 1 in `session_ids`; and under the names of columns, codes of the site's dictionaries, 0 for
   * no value. No event has a value in a column without a block, unless the column is left out.
   */
  blocks: Record<string, Block>;
}

export interface PackedSegment {
  directory: Directory;
  data: Buffer;
}

const isEmpty = (numbers: Numbers) => numbers.every((number) => number === 0);

/** Packs columns one by one, so that a large segment need not be in memory as a whole. */
export function createPacker(rows: number) {
  const blocks: Record<string, Block> = {};
  const parts: Buffer[] = [];
  let length = 0;
  function add(name: string, kind: Block[0], data: Buffer): void {
    blocks[name] = [kind, length, data.length];
    parts.push(data);
    length += data.length;
  }
  return {
    /** Writes nothing if all numbers are zero. */
    addNumbers(name: string, numbers: Numbers, as: 'codes' | 'steps' | 'jumps'): void {
      if (rows === 0 || isEmpty(numbers)) return;
      const { kind, data } = packNumbers(numbers, as);
      add(name, kind, data);
    },
    /** Uncompressed, since ids are random; gzip only adds a checksum. */
    addIds(name: string, ids: BigUint64Array): void {
      const bytes = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
      if (ids.length > 0) add(name, 'ids', gzipSync(bytes, { level: 0 }));
    },
    finish: (omitted: Omitted): PackedSegment => ({
      directory: { layout, blocks, ...omitted },
      data: Buffer.concat(parts),
    }),
  };
}

/** The first 8 bytes of the SHA-256 of a session's id: enough to tell consecutive sessions apart. */
export const sessionId = (text: string | Buffer): bigint =>
  createHash('sha256').update(text).digest().readBigUInt64LE();

/** Unpacks the block of a column with `rows` events, into memory from `allocate`. @throws CorruptBlockError */
export function readNumbers([kind]: Block, data: Uint8Array, rows: number, allocate?: Allocate): Numbers {
  return unpackNumbers(kind as BlockKind, data, rows, allocate);
}

/** Unpacks the block of session ids. @throws CorruptBlockError */
export function readIds(data: Uint8Array): BigUint64Array {
  try {
    const bytes = gunzipSync(data);
    return new BigUint64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  } catch (cause) {
    throw new CorruptBlockError(`A block of session ids cannot be read: ${(cause as Error).message}`, { cause });
  }
}
