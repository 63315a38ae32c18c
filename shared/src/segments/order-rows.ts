/** Puts the rows of a segment into order. */

/**
 * The numbers of rows, sorted by `keys`, of which the first counts most; rows that are equal in all of them stay as they are. A
 * radix sort: it goes through the rows twice for each key, whatever they are.
 */
export function orderRows(keys: readonly Uint32Array[]): Uint32Array {
  const rows = keys[0]!.length;
  let order = Uint32Array.from({ length: rows }, (_, row) => row);
  let sorted = new Uint32Array(rows);
  for (const key of [...keys].reverse()) {
    for (const shift of [0, 16]) {
      const ends = new Uint32Array(65_537);
      for (let row = 0; row < rows; row += 1) ends[((key[row]! >>> shift) & 0xffff) + 1]! += 1;
      for (let digit = 0; digit < 65_536; digit += 1) ends[digit + 1]! += ends[digit]!;
      for (let place = 0; place < rows; place += 1) {
        const row = order[place]!;
        const digit = (key[row]! >>> shift) & 0xffff;
        sorted[ends[digit]!] = row;
        ends[digit]! += 1;
      }
      [order, sorted] = [sorted, order];
    }
  }
  return order;
}

/** `numbers` in the order of `order`. */
export function inOrder(numbers: ArrayLike<number>, order: Uint32Array): Uint32Array {
  const ordered = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place += 1) ordered[place] = numbers[order[place]!]!;
  return ordered;
}
