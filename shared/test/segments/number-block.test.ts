import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type BlockKind,
  CorruptBlockError,
  type Numbers,
  packNumbers,
  unpackNumbers,
} from '@millrace/shared/segments/number-block';
import { readIds } from '@millrace/shared/segments/segment-format';
import { createRandom } from '@millrace/shared/testing/create-random';
import { describe, expect, it } from 'vitest';

type As = 'codes' | 'steps' | 'jumps';
const most = 2 ** 32 - 1;

function roundTrip(numbers: ArrayLike<number>, as: As): { kind: BlockKind; found: number[] } {
  const { kind, data } = packNumbers(Uint32Array.from(numbers), as);
  return { kind, found: [...unpackNumbers(kind, data, numbers.length)] };
}

/** The smallest and largest numbers of each width from one to four bytes. */
const edges = [0, 1, 255, 256, 65_535, 65_536, 2 ** 24 - 1, 2 ** 24, 2 ** 31 - 1, 2 ** 31, most];

describe('numbers', () => {
  it.each(edges)('survive a round trip if the largest is %d', (greatest) => {
    const random = createRandom(greatest);
    const scattered = Array.from({ length: 1_000 }, () => Math.floor(random() * (greatest + 1))).concat(greatest);
    const repeated = scattered.flatMap((number) => Array.from({ length: 1 + random.below(9) }, () => number));
    const sorted = [...scattered].sort((a, b) => a - b);
    for (const numbers of [scattered, repeated, sorted]) {
      expect(roundTrip(numbers, 'codes').found).toEqual(numbers);
      expect(roundTrip(numbers, 'jumps').found).toEqual(numbers);
    }
    expect(roundTrip(sorted, 'steps').found).toEqual(sorted);
  });

  it('survive a round trip if they jump across the whole 32-bit range', () => {
    const numbers = [0, most, 0, 2 ** 31, 0, 2 ** 31 - 1, most, 1, most, 2 ** 31, most];
    expect(roundTrip(numbers, 'jumps').found).toEqual(numbers);
  });

  it.each([0, 1, 255, 65_536, most])('survive a round trip if %d is the only one', (number) => {
    for (const as of ['codes', 'steps', 'jumps'] as const) expect(roundTrip([number], as).found).toEqual([number]);
  });

  it('are unpacked into the given memory', () => {
    const shared = (bytes: number) => new SharedArrayBuffer(bytes);
    const sorted = Array.from({ length: 1_000 }, (_, row) => row * 70_000);
    for (const greatest of [255, 65_535, 2 ** 24 - 1, most]) {
      const scattered = sorted.map((number) => number % (greatest + 1));
      for (const numbers of [scattered, scattered.map((_, row) => scattered[row - (row % 7)]!)]) {
        const { kind, data } = packNumbers(Uint32Array.from(numbers), 'codes');
        const found = unpackNumbers(kind, data, numbers.length, shared);
        expect(found.buffer).toBeInstanceOf(SharedArrayBuffer);
        expect([...found]).toEqual(numbers);
      }
    }
    const { kind, data } = packNumbers(Uint32Array.from(sorted), 'steps');
    const found = unpackNumbers(kind, data, sorted.length, shared);
    expect(found.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([...found]).toEqual(sorted);
  });

  it('are refused if the length at the end of the bytes is wrong', () => {
    const numbers = Array.from({ length: 5_000 }, (_, row) => (row * 7_919) % 4_096);
    const { kind, data } = packNumbers(Uint32Array.from(numbers), 'codes');
    const plain = gunzipSync(data).length;
    expect(data.readUInt32LE(data.length - 4)).toBe(plain);
    for (const length of [0, 1, plain - 1, most]) {
      const wrong = Buffer.from(data);
      wrong.writeUInt32LE(length, wrong.length - 4);
      // Zlib checks the length, too.
      expect(() => unpackNumbers(kind, wrong, numbers.length)).toThrow(CorruptBlockError);
    }
  });

  it('survive a round trip from narrower arrays', () => {
    for (const numbers of [Uint8Array.of(3, 255, 0), Uint16Array.of(3, 65_535, 0)]) {
      const { kind, data } = packNumbers(numbers, 'codes');
      expect([...unpackNumbers(kind, data, 3)]).toEqual([...numbers]);
    }
  });

  it('are unpacked into the narrowest array that fits', () => {
    const arrayOf = (numbers: number[]) => {
      const { kind, data } = packNumbers(Uint32Array.from(numbers), 'codes');
      return unpackNumbers(kind, data, numbers.length).constructor;
    };
    for (const repeat of [1, 100]) {
      const with5 = (number: number) =>
        Array.from({ length: 5 }, (_, at) => number - at).flatMap((n) => Array(repeat).fill(n));
      expect(arrayOf(with5(255))).toBe(Uint8Array);
      expect(arrayOf(with5(256))).toBe(Uint16Array);
      expect(arrayOf(with5(65_536))).toBe(Uint32Array);
    }
  });

  it('become runs if they repeat, otherwise planes', () => {
    expect(roundTrip([7, 7, 7, 7, 9, 9, 9, 7], 'codes').kind).toBe('runs');
    expect(roundTrip([1, 2, 3, 4, 5], 'codes').kind).toBe('planes');
    expect(roundTrip(Array(100_000).fill(70_000), 'codes')).toEqual({
      kind: 'runs',
      found: Array(100_000).fill(70_000),
    });
  });
});

/** A block of each kind with 600 rows. */
const blocks = (): [BlockKind, Buffer][] => {
  const random = createRandom(11);
  const scattered = Uint32Array.from({ length: 600 }, () => random.below(100_000));
  const runs = Uint32Array.from({ length: 600 }, (_, row) => row >> 4);
  return [
    packNumbers(scattered, 'codes'),
    packNumbers(runs, 'codes'),
    packNumbers(runs, 'steps'),
    packNumbers(scattered, 'jumps'),
  ].map(({ kind, data }) => [kind, data]);
};

describe.each(blocks())('a block of %s', (kind, data) => {
  const read = (bytes: Uint8Array, rows = 600): Numbers => unpackNumbers(kind, bytes, rows);

  function readOr(bytes: Uint8Array): unknown {
    try {
      return read(bytes).join();
    } catch (error) {
      return error;
    }
  }

  it('is refused if any byte changes, and never read as other numbers', () => {
    const right = read(data).join();
    let refused = 0;
    for (let at = 0; at < data.length; at += 1) {
      for (const bit of [0, 3, 7]) {
        const changed = Buffer.from(data);
        changed[at]! ^= 1 << bit;
        const found = readOr(changed);
        if (found instanceof CorruptBlockError) refused += 1;
        // A few bits of the header mean nothing to who reads.
        else expect(found).toBe(right);
      }
    }
    expect(refused).toBeGreaterThan(3 * data.length - 40);
  });

  it('is refused if it is truncated', () => {
    for (let length = 0; length < data.length; length += 1) {
      expect(() => read(data.subarray(0, length))).toThrow(CorruptBlockError);
    }
  });

  it.each([1, 2, 150, 200, 300, 599, 601, 1_200, 2_400])('is refused if %d rows are expected', (rows) => {
    expect(() => read(data, rows)).toThrow(CorruptBlockError);
  });

  it('is refused if its checksum is right but its content is not', () => {
    const bytes = gunzipSync(data);
    const bad = [
      Buffer.alloc(0),
      bytes.subarray(0, 1),
      bytes.subarray(0, bytes.length - 1),
      Buffer.concat([bytes, Buffer.of(0)]),
      Buffer.from(bytes).fill(0xff, 0, 6),
      Buffer.from(bytes).fill(0, 0, 6),
    ];
    for (const content of bad) expect(() => read(gzipSync(content))).toThrow(CorruptBlockError);
  });
});

describe('session ids', () => {
  it('are refused if a byte is changed or missing', () => {
    const data = gzipSync(Buffer.alloc(80, 7), { level: 0 });
    expect([...readIds(data)]).toEqual(Array(10).fill(0x0707070707070707n));
    const changed = Buffer.from(data);
    changed[20]! ^= 1;
    for (const bytes of [changed, data.subarray(0, 60), gzipSync(Buffer.alloc(79))]) {
      expect(() => readIds(bytes)).toThrow(CorruptBlockError);
    }
  });
});
