/** Values of one column as they come, event by event, each text once. */

/** A list of whole numbers below 2^32 that grows. */
export function createNumberList() {
  let numbers = new Uint32Array(256);
  let length = 0;
  return {
    /** Puts `number` at `place`, with zeros before it where nothing was. */
    set(place: number, number: number): void {
      if (place >= numbers.length) {
        const larger = new Uint32Array(2 * Math.max(place, numbers.length));
        larger.set(numbers);
        numbers = larger;
      }
      numbers[place] = number;
      length = place + 1;
    },
    /** The first `count`, with zeros behind the last. */
    toArray(count: number): Uint32Array {
      if (count > numbers.length) this.set(count - 1, 0);
      else numbers.fill(0, length, count);
      return numbers.subarray(0, count);
    },
  };
}

export interface TextColumn {
  add(row: number, text: string): void;
  /** Every text once, in the order in which they came. */
  texts: string[];
  /** How many rows have a value. */
  readonly count: number;
  /** For each row the place of its text from 1 on, 0 for none. */
  toPlaces(rows: number): Uint32Array;
}

export function createTextColumn(): TextColumn {
  const places = new Map<string, number>();
  const texts: string[] = [];
  const list = createNumberList();
  let count = 0;
  return {
    texts,
    add(row, text) {
      let place = places.get(text);
      if (place === undefined) {
        place = texts.push(text);
        places.set(text, place);
      }
      list.set(row, place);
      count += 1;
    },
    get count() {
      return count;
    },
    toPlaces: (rows) => list.toArray(rows),
  };
}
