import { createRequire } from 'node:module';

/**
 * The common interface of both packages. WebAssembly memory is only freed by dispose(). deserialize() throws for truncated bytes,
 * but may return anything for corrupt ones.
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

const require = createRequire(import.meta.url);

/** The native package; undefined if it is not available for this platform. */
export function loadNativeRoaring(): RoaringPackage | undefined {
  try {
    return require('roaring') as RoaringPackage;
  } catch {
    return undefined;
  }
}

/** The WebAssembly package, which runs on every platform. */
export const loadWasmRoaring = (): RoaringPackage => require('roaring-wasm') as RoaringPackage;

/** Decodes a bitmap, which is valid until the next call. @throws Error if the bytes are not a bitmap. */
export type Decode = (bytes: Buffer) => RoaringBitmap;

/** From this count on, sorting numbers before adding them pays off. */
export const manyNumbers = 256;

/** Reuses one bitmap, because creating one costs more than filling a small one. */
export function createDecoder({ RoaringBitmap32 }: RoaringPackage): Decode {
  const bitmap = new RoaringBitmap32();
  return (bytes) => {
    bitmap.deserialize(bytes, 'portable');
    if (bitmap.getSerializationSizeInBytes('portable') !== bytes.length) throw new Error('The bytes are not a bitmap');
    return bitmap;
  };
}

/** `numbers` may be unsorted and contain duplicates. */
export function addNumbers(bitmap: RoaringBitmap, numbers: Uint32Array): void {
  bitmap.addMany(numbers.length < manyNumbers ? numbers : numbers.toSorted());
}

/** Serializes into our own buffer: letting the native package allocate one takes twice as long. */
export function toBytes(bitmap: RoaringBitmap): Buffer {
  const bytes = Buffer.allocUnsafe(bitmap.getSerializationSizeInBytes('portable'));
  bitmap.serialize('portable', bytes);
  return bytes;
}
