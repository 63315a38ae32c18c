/** A segment: the events of a site's 15-minute intervals, column by column, in the order of visitor, time and id. */
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

/** Where in `data` a column's block is: offset and length in bytes. */
export type Block = readonly [kind: BlockKind | 'ids', offset: number, length: number];

/** What a segment does not say of its events. */
export interface Omitted {
  /** Columns that events may have values in that are not here. */
  leftOut: string[];
  /** True when there are properties that are not even named here. */
  leavesOutMore: boolean;
}

/** Which blocks a segment has. */
export interface Directory extends Omitted {
  layout: number;
  /**
   * `time` in milliseconds since the segment starts; `micros`, what is left of it below a millisecond; `visitor`, 0 for none;
   * `session`, 0 for none, else the place from 1 on in `session_ids`, the first 8 bytes of the SHA-256 of each id; and codes of the
   * site's dictionaries, 0 for no value, under the names of columns.
   * A column without a block is one that no event has a value in, unless it is left out.
   */
  blocks: Record<string, Block>;
}

export interface PackedSegment {
  directory: Directory;
  data: Buffer;
}

const isEmpty = (numbers: Numbers) => numbers.every((number) => number === 0);

/** Takes columns one by one, so that those who pack a large segment need not hold all of them. */
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
    /** Nothing is written for numbers that are all zero. */
    addNumbers(name: string, numbers: Numbers, as: 'codes' | 'steps' | 'jumps'): void {
      if (rows === 0 || isEmpty(numbers)) return;
      const { kind, data } = packNumbers(numbers, as);
      add(name, kind, data);
    },
    /** Random bytes do not get smaller; what they get is a checksum. */
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

/** The numbers of a column of `rows` events from the bytes of its block, in memory that `allocate` gives. @throws CorruptBlockError */
export function readNumbers([kind]: Block, data: Uint8Array, rows: number, allocate?: Allocate): Numbers {
  return unpackNumbers(kind as BlockKind, data, rows, allocate);
}

/** The ids of sessions from the bytes of their block. @throws CorruptBlockError */
export function readIds(data: Uint8Array): BigUint64Array {
  try {
    const bytes = gunzipSync(data);
    return new BigUint64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  } catch (cause) {
    throw new CorruptBlockError(`A block of session ids cannot be read: ${(cause as Error).message}`, { cause });
  }
}
