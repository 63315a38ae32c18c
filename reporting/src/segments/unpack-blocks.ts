/** Packed blocks of columns as numbers that all threads can read. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { type Block, readNumbers } from '@millrace/shared/segments/segment-format';

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
export type UnpackedBlocks = (Numbers | undefined)[];

function share(numbers: Numbers): Numbers {
  const buffer = new SharedArrayBuffer(numbers.byteLength);
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
      return share(readNumbers(block, data, rows));
    } catch (error) {
      if ((error as Error).name === 'CorruptBlockError') return undefined;
      throw error;
    }
  });
}
