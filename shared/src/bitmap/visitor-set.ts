import { addNumbers, type Decode, type RoaringBitmap, type RoaringPackage, toBytes } from './roaring-bitmap.js';

/** A set of visitor numbers. Its memory leaks unless dispose() is called. */
export interface VisitorSet {
  readonly size: number;
  addBitmap(portable: Buffer): void;
  addNumbers(numbers: Uint32Array): void;
  addAll(other: VisitorSet): void;
  intersectionSize(other: VisitorSet): number;
  /** A new set of the numbers that are not in `other`; dispose of it too. */
  without(other: VisitorSet): VisitorSet;
  toBitmap(): Buffer;
  /** Idempotent; any other use of the set then throws. */
  dispose(): void;
}

/** Bitmaps kept for reuse, because creating one costs more than filling a small one. */
const keptBitmaps = 16;

/** Returns a function that creates an empty set. */
export function visitorSets({ RoaringBitmap32 }: RoaringPackage, decode: Decode): () => VisitorSet {
  const kept: RoaringBitmap[] = [];
  const bitmaps = new WeakMap<VisitorSet, RoaringBitmap>();

  function bitmapOf(set: VisitorSet): RoaringBitmap {
    const bitmap = bitmaps.get(set);
    if (!bitmap) throw new Error('The set of visitors has been disposed of');
    return bitmap;
  }

  function difference(minuend: RoaringBitmap, subtrahend: RoaringBitmap): VisitorSet {
    const rest = create();
    bitmapOf(rest).orInPlace(minuend);
    bitmapOf(rest).andNotInPlace(subtrahend);
    return rest;
  }

  function dispose(set: VisitorSet): void {
    const bitmap = bitmaps.get(set);
    if (!bitmap) return;
    bitmaps.delete(set);
    bitmap.clear();
    if (kept.length < keptBitmaps) kept.push(bitmap);
    else bitmap.dispose();
  }

  function create(): VisitorSet {
    const set: VisitorSet = {
      get size() {
        return bitmapOf(set).size;
      },
      addBitmap: (portable) => void bitmapOf(set).orInPlace(decode(portable)),
      addNumbers: (numbers) => addNumbers(bitmapOf(set), numbers),
      addAll: (other) => void bitmapOf(set).orInPlace(bitmapOf(other)),
      intersectionSize: (other) => bitmapOf(set).andCardinality(bitmapOf(other)),
      without: (other) => difference(bitmapOf(set), bitmapOf(other)),
      toBitmap: () => toBytes(bitmapOf(set)),
      dispose: () => dispose(set),
    };
    bitmaps.set(set, kept.pop() ?? new RoaringBitmap32());
    return set;
  }

  return create;
}
