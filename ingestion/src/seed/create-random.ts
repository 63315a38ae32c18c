import { createHash } from 'node:crypto';

export interface Random {
  /** Uniform in [0, 1). */
  (): number;
  /** 32 bits. */
  bits(): number;
}

/**
 * A deterministic random generator: sfc32 of PractRand by Chris Doty-Humphrey, public domain, seeded with 96 bits of a hash. With
 * 32 bits, two of some ten thousand visits would be identical.
 */
export function createRandom(...names: (string | number)[]): Random {
  const seed = createHash('sha256').update(names.join('\n')).digest();
  let [a, b, c, counter] = [seed.readInt32LE(0), seed.readInt32LE(4), seed.readInt32LE(8), 1];
  function bits(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  }
  return Object.assign(() => bits() / 2 ** 32, { bits });
}
