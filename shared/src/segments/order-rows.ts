/** Bits per pass, few enough for the table of positions to stay in the CPU cache. */
const digitBits = 11;
const digits = 2 ** digitBits;

function largest(key: Uint32Array): number {
  let max = 0;
  for (let row = 0; row < key.length; row += 1) if (key[row]! > max) max = key[row]!;
  return max;
}

/**
 * Row numbers sorted by `keys`, the first key being the most significant. A stable radix sort, with two passes over the rows for
 * each digit of each key.
 */
export function orderRows(keys: readonly Uint32Array[]): Uint32Array {
  const rows = keys[0]!.length;
  let order = new Uint32Array(rows);
  for (let row = 0; row < rows; row += 1) order[row] = row;
  let sorted = new Uint32Array(rows);
  const ends = new Uint32Array(digits + 1);
  for (const key of [...keys].reverse()) {
    const max = largest(key);
    for (let shift = 0; shift < 32 && max >>> shift > 0; shift += digitBits) {
      ends.fill(0);
      for (let row = 0; row < rows; row += 1) ends[((key[row]! >>> shift) & (digits - 1)) + 1]! += 1;
      for (let digit = 0; digit < digits; digit += 1) ends[digit + 1]! += ends[digit]!;
      for (let place = 0; place < rows; place += 1) {
        const row = order[place]!;
        const digit = (key[row]! >>> shift) & (digits - 1);
        sorted[ends[digit]!] = row;
        ends[digit]! += 1;
      }
      [order, sorted] = [sorted, order];
    }
  }
  return order;
}

export function inOrder(numbers: ArrayLike<number>, order: Uint32Array): Uint32Array {
  const ordered = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place += 1) ordered[place] = numbers[order[place]!]!;
  return ordered;
}
