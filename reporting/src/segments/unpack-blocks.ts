/** Packed blocks of columns as numbers that all threads can read. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { type Block, readIds, readNumbers } from '@millrace/shared/segments/segment-format';

export interface PackedBlock {
  block: Block;
  data: Uint8Array;
  rows: number;
}

export interface UnpackTask {
  kind: 'unpack';
  blocks: PackedBlock[];
}

/** Undefined where the bytes of a block are not those that were written. */
export type UnpackedBlocks = (UnpackedBlock | undefined)[];
/** Numbers of rows, or ids of sessions. */
export type UnpackedBlock = Numbers | BigUint64Array;

function share(numbers: UnpackedBlock): UnpackedBlock {
  const buffer = new SharedArrayBuffer(numbers.byteLength);
  if (numbers instanceof BigUint64Array) {
    const ids = new BigUint64Array(buffer);
    ids.set(numbers);
    return ids;
  }
  const shared =
    numbers instanceof Uint8Array
      ? new Uint8Array(buffer)
      : numbers instanceof Uint16Array
        ? new Uint16Array(buffer)
        : new Uint32Array(buffer);
  shared.set(numbers);
  return shared;
}

export function unpackBlocks({ blocks }: UnpackTask): UnpackedBlocks {
  return blocks.map(({ block, data, rows }) => {
    try {
      return share(block[0] === 'ids' ? readIds(data) : readNumbers(block, data, rows));
    } catch (error) {
      if ((error as Error).name === 'CorruptBlockError') return undefined;
      throw error;
    }
  });
}
