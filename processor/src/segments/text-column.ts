/** Values of one column as they come, event by event, each text once. */
import { type ByteTexts, createByteTexts } from './byte-texts.js';
import { longer } from './number-list.js';

/** How much of a column is kept. */
export interface TextLimits {
  texts: number;
  /** Of all texts together. */
  characters: number;
  /** What several columns may have together; below zero once they have more. */
  room: { characters: number };
}

export interface TextColumn {
  add(row: number, bytes: Buffer, start: number, end: number): void;
  /** True when there were more texts than the limits allow: the column has forgotten all of them. */
  readonly isFull: boolean;
  /** Makes it full, whatever it has. */
  fill(): void;
  /** Of its texts, in UTF-16 as JavaScript counts them. */
  readonly characters: number;
  /** Every text once, in the order in which they came. */
  readonly texts: ByteTexts;
  /** How many rows have a value. */
  readonly count: number;
  /** For each row the place of its text from 1 on, 0 for none. */
  toPlaces(rows: number): Uint32Array;
}

/** Every byte begins a character, but those that go on with one; four of them are two units of UTF-16. */
function countCharacters(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at += 1) {
    if ((bytes[at]! & 0xc0) !== 0x80) count += bytes[at]! >= 0xf0 ? 2 : 1;
  }
  return count;
}

/** Takes as much memory as there are values, however many rows lie between them: there may be thousands of rare properties. */
export function createTextColumn(limits: TextLimits): TextColumn {
  let texts = createByteTexts();
  let valueRows = new Uint32Array(16);
  let valuePlaces = new Uint32Array(16);
  let [count, known, characters] = [0, 0, 0];
  let isFull = false;
  function fill(): void {
    isFull = true;
    texts = createByteTexts();
    [valueRows, valuePlaces, count] = [new Uint32Array(), new Uint32Array(), 0];
    limits.room.characters += characters;
    characters = 0;
  }
  return {
    fill,
    add(row, bytes, start, end) {
      if (isFull) return;
      const place = texts.place(bytes, start, end);
      if (count === valueRows.length) [valueRows, valuePlaces] = [longer(valueRows), longer(valuePlaces)];
      valueRows[count] = row;
      valuePlaces[count] = place;
      count += 1;
      if (place <= known) return;
      known = place;
      const added = countCharacters(bytes, start, end);
      characters += added;
      limits.room.characters -= added;
      if (known > limits.texts || characters > limits.characters) fill();
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
      return count;
    },
    toPlaces(rows) {
      const all = new Uint32Array(rows);
      for (let at = 0; at < count; at += 1) all[valueRows[at]!] = valuePlaces[at]!;
      return all;
    },
  };
}
