/** Turns visitor numbers into Roaring bitmaps (portable format), and bitmaps into sizes of their unions and differences. */
import { loadNativeRoaring, loadWasmRoaring } from './load-roaring.js';
import {
  addNumbers,
  createDecoder,
  type Decode,
  manyNumbers,
  type RoaringBitmap,
  type RoaringPackage,
  toBytes,
} from './roaring-bitmap.js';
import { type VisitorSet, visitorSets } from './visitor-set.js';

export type { VisitorSet };

export interface BitmapFunctions {
  createVisitorSet(): VisitorSet;
  /** `numbers` may be unsorted and hold duplicates; `size` is how many different ones there are. */
  encodeBitmap(numbers: Uint32Array): { bitmap: Buffer; size: number };
  /** Throws for bytes that are no bitmap. */
  unionSize(bitmaps: Buffer[]): number;
}

/** How many numbers of small bitmaps are put together before they are added. */
const gatheredNumbers = 65_536;

/** The functions on top of one package. Calls do not overlap, so one bitmap serves all of them. */
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

/** Adding a small set to a large one copies parts of the large one, so the numbers of small ones are put together first. */
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

/** Bitmaps that SQL put one after the other, `string_agg(int4send(length(b)) || b, '')`; views, not copies. */
export function splitFrames(frames: Buffer): Buffer[] {
  const bitmaps: Buffer[] = [];
  for (let next = 0; next < frames.length; ) {
    const start = next + 4;
    next = start > frames.length ? Number.POSITIVE_INFINITY : start + frames.readUInt32BE(next);
    if (next > frames.length) throw new Error('A frame of bitmaps is cut off');
    bitmaps.push(frames.subarray(start, next));
  }
  return bitmaps;
}

/** Numbers that SQL put one after the other, `string_agg(int4send(n), '')`. */
export function numbersOf(bytes: Buffer): Uint32Array {
  if (bytes.length % 4 !== 0) throw new Error('A number is cut off');
  const numbers = new Uint32Array(bytes.length / 4);
  for (let i = 0; i < numbers.length; i += 1) numbers[i] = bytes.readUInt32BE(4 * i);
  return numbers;
}

const native = loadNativeRoaring();

/** Which package is at work; the other one gives the same answers and reads the same bytes. */
export const bitmapImplementation = native ? 'native' : 'wasm';

export const { createVisitorSet, encodeBitmap, unionSize } = createBitmapFunctions(native ?? loadWasmRoaring());
