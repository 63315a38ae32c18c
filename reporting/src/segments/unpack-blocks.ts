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

const allocateShared = (bytes: number) => new SharedArrayBuffer(bytes);

function shareIds(ids: BigUint64Array): BigUint64Array {
  const shared = new BigUint64Array(allocateShared(ids.byteLength));
  shared.set(ids);
  return shared;
}

export function unpackBlocks({ blocks }: UnpackTask): UnpackedBlocks {
  return blocks.map(({ block, data, rows }) => {
    try {
      return block[0] === 'ids' ? shareIds(readIds(data)) : readNumbers(block, data, rows, allocateShared);
    } catch (error) {
      if ((error as Error).name === 'CorruptBlockError') return undefined;
      throw error;
    }
  });
}
