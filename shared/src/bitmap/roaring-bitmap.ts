/** Turns numbers and bytes of the portable format into Roaring bitmaps, and those into bytes again. */

/**
 * What both packages offer and we use. Memory of the WebAssembly one is given back by dispose() only. What deserialize() makes
 * of bytes that were cut is an error, of bytes that were changed anything at all.
 */
export interface RoaringBitmap {
  readonly size: number;
  clear(): unknown;
  dispose(): unknown;
  addMany(numbers: Uint32Array): unknown;
  orInPlace(other: RoaringBitmap): unknown;
  andNotInPlace(other: RoaringBitmap): unknown;
  andCardinality(other: RoaringBitmap): number;
  toUint32Array(output: Uint32Array): Uint32Array;
  getSerializationSizeInBytes(format: 'portable'): number;
  serialize(format: 'portable', output: Uint8Array): unknown;
  deserialize(bytes: Uint8Array, format: 'portable'): unknown;
}

export interface RoaringPackage {
  RoaringBitmap32: new () => RoaringBitmap;
}

/** Makes a bitmap of bytes; it is good until the next call. Throws for bytes that are no bitmap. */
export type Decode = (bytes: Buffer) => RoaringBitmap;

/** From here on, sorting numbers costs less than it saves. */
export const manyNumbers = 256;

/** Creating a bitmap costs more than filling a small one, hence one for all bytes. */
export function createDecoder({ RoaringBitmap32 }: RoaringPackage): Decode {
  const bitmap = new RoaringBitmap32();
  return (bytes) => {
    bitmap.deserialize(bytes, 'portable');
    if (bitmap.getSerializationSizeInBytes('portable') !== bytes.length) throw new Error('The bytes are no bitmap');
    return bitmap;
  };
}

/** `numbers` may be unsorted and hold duplicates. */
export function addNumbers(bitmap: RoaringBitmap, numbers: Uint32Array): void {
  bitmap.addMany(numbers.length < manyNumbers ? numbers : numbers.toSorted());
}

/** Into memory of ours: what the native package hands out by itself takes twice the time. */
export function toBytes(bitmap: RoaringBitmap): Buffer {
  const bytes = Buffer.allocUnsafe(bitmap.getSerializationSizeInBytes('portable'));
  bitmap.serialize('portable', bytes);
  return bytes;
}
