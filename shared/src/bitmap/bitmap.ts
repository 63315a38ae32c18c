/** Sets of visitor numbers as Roaring bitmaps in the portable format. */
import {
  addNumbers,
  createDecoder,
  type Decode,
  loadNativeRoaring,
  loadWasmRoaring,
  manyNumbers,
  type RoaringBitmap,
  type RoaringPackage,
  toBytes,
} from './roaring-bitmap.js';
import { type VisitorSet, visitorSets } from './visitor-set.js';

export type { VisitorSet };

export interface BitmapFunctions {
  createVisitorSet(): VisitorSet;
  /** `numbers` may be unsorted and contain duplicates; `size` is the number of distinct ones. */
  encodeBitmap(numbers: Uint32Array): { bitmap: Buffer; size: number };
  /** @throws Error if the bytes are not a bitmap. */
  unionSize(bitmaps: Buffer[]): number;
}

/** Numbers of small bitmaps that are collected before they are added at once. */
const gatheredNumbers = 65_536;

/** Calls are synchronous, so all of them share one scratch bitmap. */
export function createBitmapFunctions(roaring: RoaringPackage): BitmapFunctions {
  const decode = createDecoder(roaring);
  const addBitmaps = createAdder(decode);
  const scratch = new roaring.RoaringBitmap32();
  return {
    createVisitorSet: visitorSets(roaring, decode),
    encodeBitmap(numbers) {
      scratch.clear();
      addNumbers(scratch, numbers);
      return { bitmap: toBytes(scratch), size: scratch.size };
    },
    unionSize(bitmaps) {
      if (bitmaps.length === 1) return decode(bitmaps[0]!).size;
      scratch.clear();
      addBitmaps(scratch, bitmaps);
      return scratch.size;
    },
  };
}

/** Adding a small set to a large one copies parts of the large one, so the numbers of small sets are collected first. */
function createAdder(decode: Decode): (target: RoaringBitmap, bitmaps: Buffer[]) => void {
  const gathered = new Uint32Array(gatheredNumbers);
  return (target, bitmaps) => {
    let end = 0;
    const addGathered = () => {
      if (end > 0) addNumbers(target, gathered.subarray(0, end));
      end = 0;
    };
    for (const bytes of bitmaps) {
      const bitmap = decode(bytes);
      const { size } = bitmap;
      if (size >= manyNumbers) target.orInPlace(bitmap);
      else if (size > 0) {
        if (end + size > gatheredNumbers) addGathered();
        bitmap.toUint32Array(gathered.subarray(end, end + size));
        end += size;
      }
    }
    addGathered();
  };
}

/** Splits bitmaps that SQL concatenated with `string_agg(int4send(length(b)) || b, '')`; returns views, not copies. */
export function splitFrames(frames: Buffer): Buffer[] {
  const bitmaps: Buffer[] = [];
  for (let next = 0; next < frames.length; ) {
    const start = next + 4;
    next = start > frames.length ? Number.POSITIVE_INFINITY : start + frames.readUInt32BE(next);
    if (next > frames.length) throw new Error('A frame of bitmaps is truncated');
    bitmaps.push(frames.subarray(start, next));
  }
  return bitmaps;
}

/** Reads numbers that SQL concatenated with `string_agg(int4send(n), '')`. */
export function numbersOf(bytes: Buffer): Uint32Array {
  if (bytes.length % 4 !== 0) throw new Error('A number is truncated');
  const numbers = new Uint32Array(bytes.length / 4);
  for (let i = 0; i < numbers.length; i += 1) numbers[i] = bytes.readUInt32BE(4 * i);
  return numbers;
}

const native = loadNativeRoaring();

/** The package in use; both give the same results and read the same format. */
export const bitmapImplementation = native ? 'native' : 'wasm';

export const { createVisitorSet, encodeBitmap, unionSize } = createBitmapFunctions(native ?? loadWasmRoaring());
