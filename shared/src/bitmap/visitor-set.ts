/** Turns bitmaps of visitors into sets that can be changed and compared. */
import { addNumbers, type Decode, type RoaringBitmap, type RoaringPackage, toBytes } from './roaring-bitmap.js';

/** A set of visitors. Without dispose() its memory is lost. */
export interface VisitorSet {
  readonly size: number;
  addBitmap(portable: Buffer): void;
  addNumbers(numbers: Uint32Array): void;
  addAll(other: VisitorSet): void;
  intersectionSize(other: VisitorSet): number;
  /** A new set of those that are not in `other`, to be disposed of as well. */
  without(other: VisitorSet): VisitorSet;
  toBitmap(): Buffer;
  /** The set cannot be used afterwards, only disposed of again. */
  dispose(): void;
}

/** Creating a bitmap costs more than filling a small one, hence some are kept for the next sets. */
const keptBitmaps = 16;

/** Returns the function that makes an empty set. */
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
