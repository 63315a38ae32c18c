/** Unpacks column blocks into shared memory, which all threads can read. */
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

/** Undefined for a corrupt block. */
export type UnpackedBlocks = (UnpackedBlock | undefined)[];
/** One number per row, or session ids. */
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
