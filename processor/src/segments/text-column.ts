/** Values of one column as they come, event by event, each text once. */

/** A list of whole numbers below 2^32 that grows. */
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
      if (length === numbers.length) {
        const larger = new Uint32Array(2 * length);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[length] = number;
      length += 1;
    },
    toArray: () => numbers.subarray(0, length),
  };
}

/** How much of a column is kept. */
export interface TextLimits {
  texts: number;
  /** Of all texts together. */
  characters: number;
  /** What several columns may have together; below zero once they have more. */
  room: { characters: number };
}

export interface TextColumn {
  add(row: number, text: string): void;
  /** True when there were more texts than the limits allow: the column has forgotten all of them. */
  readonly isFull: boolean;
  /** Makes it full, whatever it has. */
  fill(): void;
  /** Of its texts. */
  readonly characters: number;
  /** Every text once, in the order in which they came. */
  readonly texts: string[];
  /** How many rows have a value. */
  readonly count: number;
  /** For each row the place of its text from 1 on, 0 for none. */
  toPlaces(rows: number): Uint32Array;
}

/** Takes as much memory as there are values, however many rows lie between them: there may be thousands of rare properties. */
export function createTextColumn(limits: TextLimits): TextColumn {
  const places = new Map<string, number>();
  let texts: string[] = [];
  let [valueRows, valuePlaces] = [createNumberList(), createNumberList()];
  let characters = 0;
  let isFull = false;
  function place(text: string): number {
    const known = places.get(text);
    if (known !== undefined) return known;
    const next = texts.push(text);
    places.set(text, next);
    characters += text.length;
    limits.room.characters -= text.length;
    return next;
  }
  function fill(): void {
    isFull = true;
    places.clear();
    texts = [];
    [valueRows, valuePlaces] = [createNumberList(), createNumberList()];
    limits.room.characters += characters;
    characters = 0;
  }
  return {
    fill,
    add(row, text) {
      if (isFull) return;
      valuePlaces.push(place(text));
      valueRows.push(row);
      if (texts.length > limits.texts || characters > limits.characters) fill();
    },
    get characters() {
      return characters;
    },
    get isFull() {
      return isFull;
    },
    get texts() {
      return texts;
    },
    get count() {
      return valueRows.length;
    },
    toPlaces(rows) {
      const [ofRows, found] = [valueRows.toArray(), valuePlaces.toArray()];
      const all = new Uint32Array(rows);
      for (let at = 0; at < ofRows.length; at += 1) all[ofRows[at]!] = found[at]!;
      return all;
    },
  };
}
