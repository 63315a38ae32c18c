/** Bitmaps of both packages have the same numbers, bytes and sizes. */
import {
  type BitmapFunctions,
  bitmapImplementation,
  createBitmapFunctions,
  createVisitorSet,
  encodeBitmap,
  numbersOf,
  splitFrames,
  unionSize,
} from '@millrace/shared/bitmap/bitmap';
import { loadNativeRoaring, loadWasmRoaring } from '@millrace/shared/bitmap/roaring-bitmap';
import { describe, expect, it } from 'vitest';

const wasm = createBitmapFunctions(loadWasmRoaring());
const nativePackage = loadNativeRoaring();
const implementations: [string, BitmapFunctions][] = [
  ['wasm', wasm],
  ...(nativePackage ? [['native', createBitmapFunctions(nativePackage)] as [string, BitmapFunctions]] : []),
];

/** Bitmaps of {5, 10, 70000, 2147483647} and of the empty set, written by hand from the format's specification. */
const fourNumbers = '3a300000030000000000010001000000ff7f000020000000240000002600000005000a007011ffff';
const noNumbers = '3a30000000000000';

const of = (...numbers: number[]) => Uint32Array.from(numbers);
const many = (from: number, count: number, step = 1) => Uint32Array.from({ length: count }, (_, i) => from + i * step);

describe.each(implementations)('bitmaps of the %s package', (_, functions) => {
  const encode = (...numbers: number[]) => functions.encodeBitmap(of(...numbers)).bitmap;

  it('writes the portable format, whatever the order and duplicates', () => {
    const { bitmap, size } = functions.encodeBitmap(of(2_147_483_647, 10, 5, 70_000, 10, 5));
    expect([bitmap.toString('hex'), size]).toEqual([fourNumbers, 4]);
  });

  it('writes the empty set', () => {
    const { bitmap, size } = functions.encodeBitmap(of());
    expect([bitmap.toString('hex'), size]).toEqual([noNumbers, 0]);
  });

  it('does not change a bitmap when the next one is written', () => {
    const first = encode(5, 10, 70_000, 2_147_483_647);
    encode(1);
    expect(first.toString('hex')).toBe(fourNumbers);
  });

  it('sorts large inputs', () => {
    const { bitmap, size } = functions.encodeBitmap(many(0, 30_000, 7).reverse());
    expect(size).toBe(30_000);
    expect(functions.unionSize([bitmap, encode(0, 7, 209_993, 209_994)])).toBe(30_001);
  });

  it('counts the union of none, one and many bitmaps, small and large', () => {
    expect(functions.unionSize([])).toBe(0);
    expect(functions.unionSize([encode()])).toBe(0);
    expect(functions.unionSize([encode(1, 2, 3)])).toBe(3);
    expect(functions.unionSize([encode(1, 2, 3), encode(), encode(3, 4)])).toBe(4);
    const large = functions.encodeBitmap(many(0, 100_000)).bitmap;
    expect(functions.unionSize([encode(5, 99_999, 100_000), large, large, encode(100_001)])).toBe(100_002);
  });

  it('counts the union of more small bitmaps than are combined at once', () => {
    const bitmaps = Array.from({ length: 30_000 }, (_, i) => encode(i, i + 1, i + 2, i + 3, i + 4));
    expect(functions.unionSize(bitmaps)).toBe(30_004);
  });

  it('changes and compares sets', () => {
    const set = functions.createVisitorSet();
    const other = functions.createVisitorSet();
    set.addNumbers(of(9, 1, 9));
    set.addBitmap(encode(2, 3));
    other.addNumbers(of(3, 9, 40));
    expect([set.size, other.size, set.intersectionSize(other)]).toEqual([4, 3, 2]);
    const rest = set.without(other);
    expect([rest.toBitmap(), set.size]).toEqual([encode(1, 2), 4]);
    set.addAll(other);
    expect(set.toBitmap()).toEqual(encode(1, 2, 3, 9, 40));
    for (const each of [set, other, rest]) each.dispose();
  });

  it('starts empty with memory that another set has released', () => {
    const used = functions.createVisitorSet();
    used.addNumbers(of(1, 2, 3));
    used.dispose();
    used.dispose();
    const next = functions.createVisitorSet();
    expect([next.size, next.toBitmap().toString('hex')]).toEqual([0, noNumbers]);
    expect(() => used.size).toThrow('The set of visitors has been disposed of');
    next.dispose();
  });

  it('releases memory: more sets than fit into the 4 GB of WebAssembly, a few at a time', () => {
    const bitmap = functions.encodeBitmap(many(0, 100 * 5_000, 13)).bitmap;
    const sizes = new Set<number>();
    for (let round = 0; round < 250; round += 1) {
      const sets = Array.from({ length: 20 }, () => functions.createVisitorSet());
      for (const set of sets) set.addBitmap(bitmap);
      for (const set of sets) sizes.add(set.size);
      for (const set of sets) set.dispose();
    }
    expect([...sizes]).toEqual([500_000]);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a truncated bitmap', Buffer.from(fourNumbers, 'hex').subarray(0, -1)],
    ['a bitmap followed by more bytes', Buffer.from(`${fourNumbers}00`, 'hex')],
    ['a text', Buffer.from('no bitmap at all')],
  ])('throws for %s and keeps working', (_, bytes) => {
    const set = functions.createVisitorSet();
    expect(() => set.addBitmap(bytes)).toThrow(Error);
    expect(() => functions.unionSize([bytes])).toThrow(Error);
    expect(() => functions.unionSize([encode(1), bytes])).toThrow(Error);
    expect([set.size, functions.unionSize([encode(1), encode(2)])]).toEqual([0, 2]);
    set.dispose();
  });
});

describe('bitmaps of both packages', () => {
  it.each([
    ['no number', of()],
    ['a few', of(3, 1, 2)],
    ['a dense range', many(1000, 70_000)],
    ['far between', many(0, 20_000, 99_991)],
  ])('have the same bytes for %s', (_, numbers) => {
    const { bitmap } = wasm.encodeBitmap(numbers);
    for (const [, functions] of implementations) {
      expect(functions.encodeBitmap(numbers).bitmap.equals(bitmap)).toBe(true);
      expect(functions.unionSize([bitmap, bitmap])).toBe(numbers.length);
    }
  });

  it('use the native package if available', () => {
    expect(bitmapImplementation).toBe(nativePackage ? 'native' : 'wasm');
    const { bitmap, size } = encodeBitmap(of(8, 8));
    const set = createVisitorSet();
    set.addBitmap(bitmap);
    expect([size, unionSize([bitmap, bitmap]), set.size]).toEqual([1, 1, 1]);
    set.dispose();
  });
});

describe('splitFrames', () => {
  it.each([
    ['no frame', '', []],
    ['one', '00000002abcd', ['abcd']],
    ['several, including empty ones', '00000001ab0000000000000003010203', ['ab', '', '010203']],
  ])('splits %s', (_, frames, parts) => {
    expect(splitFrames(Buffer.from(frames, 'hex')).map((part) => part.toString('hex'))).toEqual(parts);
  });

  it.each(['00', '000000', '00000002ab', '00000001ab00', 'ffffffffab'])(
    'throws for %s, which is truncated',
    (frames) => {
      expect(() => splitFrames(Buffer.from(frames, 'hex'))).toThrow('A frame of bitmaps is truncated');
    },
  );
});

describe('numbersOf', () => {
  it('reads big-endian numbers', () => {
    expect(numbersOf(Buffer.from('00000001000111707fffffff', 'hex'))).toEqual(of(1, 70_000, 2_147_483_647));
    expect(numbersOf(Buffer.alloc(0))).toEqual(of());
  });

  it('throws for a truncated number', () => {
    expect(() => numbersOf(Buffer.alloc(7))).toThrow('A number is truncated');
  });
});
