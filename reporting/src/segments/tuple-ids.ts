/** Assigns ids to distinct tuples of codes, all of the same length. */

export interface TupleIds {
  /** The id of the tuple that starts at `place` in `codes`; ids count from 0, and equal tuples have the same id. */
  idOf(codes: Uint32Array, place: number): number;
  size(): number;
  tupleOf(number: number): number[];
  /** All tuples concatenated in the order of their ids. */
  codes(): Uint32Array;
}

/** One round of a multiplicative hash; D. Knuth, The Art of Computer Programming, volume 3, 6.4. */
const mix = (hash: number, code: number) => {
  const mixed = Math.imul(hash ^ code, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
};

function hashOf(codes: Uint32Array, place: number, length: number): number {
  let hash = length;
  for (let at = 0; at < length; at += 1) hash = mix(hash, codes[place + at]!);
  return hash;
}

function areEqual(left: Uint32Array, leftPlace: number, right: Uint32Array, rightPlace: number, length: number) {
  for (let at = 0; at < length; at += 1) if (left[leftPlace + at] !== right[rightPlace + at]) return false;
  return true;
}

const firstSlots = 1_024;

/** An open-addressing hash table: for half a million visits, a `Map` with text keys would take most of the time. */
export function createTupleIds(length: number): TupleIds {
  let slots = new Int32Array(firstSlots);
  let tuples = new Uint32Array((firstSlots / 2) * length);
  let size = 0;

  /** The slot of the tuple, or the free slot where it belongs. */
  function slotOf(codes: Uint32Array, place: number): number {
    let slot = hashOf(codes, place, length) & (slots.length - 1);
    while (slots[slot] !== 0 && !areEqual(codes, place, tuples, (slots[slot]! - 1) * length, length)) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  function grow(): void {
    const larger = new Uint32Array(2 * tuples.length);
    larger.set(tuples);
    tuples = larger;
    slots = new Int32Array(2 * slots.length);
    for (let number = 0; number < size; number += 1) slots[slotOf(tuples, number * length)] = number + 1;
  }

  return {
    idOf(codes, place) {
      const found = slots[slotOf(codes, place)]!;
      if (found !== 0) return found - 1;
      if (2 * (size + 1) > slots.length) grow();
      tuples.set(codes.subarray(place, place + length), size * length);
      slots[slotOf(codes, place)] = size + 1;
      size += 1;
      return size - 1;
    },
    size: () => size,
    tupleOf: (number) => [...tuples.subarray(number * length, (number + 1) * length)],
    codes: () => tuples.slice(0, size * length),
  };
}
