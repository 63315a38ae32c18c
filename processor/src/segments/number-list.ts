/** Growable lists of unsigned 32-bit integers. */

/** A copy with twice the capacity. */
export function doubled(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const twice = new Uint32Array(2 * numbers.length);
  twice.set(numbers);
  return twice;
}

export interface NumberList {
  readonly length: number;
  push(number: number): void;
  /** A view, not a copy. */
  toArray(): Uint32Array;
}

export function createNumberList(): NumberList {
  let numbers = new Uint32Array(16);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(number) {
      if (length === numbers.length) numbers = doubled(numbers);
      numbers[length] = number;
      length += 1;
    },
    toArray: () => numbers.subarray(0, length),
  };
}
