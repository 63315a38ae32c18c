/** Collects the values of one column, each distinct text once. */
import { type ByteTexts, createByteTexts } from './byte-texts.js';
import { doubled } from './number-list.js';

/** Limits beyond which a column is dropped. */
export interface TextLimits {
  texts: number;
  /** Total over all texts. */
  characters: number;
  /** Characters left for several columns together; negative once exceeded. */
  room: { characters: number };
}

export interface TextColumn {
  add(row: number, bytes: Buffer, start: number, end: number): void;
  /** True if the limits were exceeded: the column has dropped all its texts. */
  readonly isFull: boolean;
  /** Drops the column even within its limits. */
  fill(): void;
  /** Total length of its texts in UTF-16 units. */
  readonly characters: number;
  /** Distinct texts, in order of first appearance. */
  readonly texts: ByteTexts;
  /** Number of rows with a value. */
  readonly count: number;
  /** For each row the index of its text, from 1; 0 for none. */
  toIndexes(rows: number): Uint32Array;
}

/** UTF-16 units: one for each byte that is not a continuation byte, two for four-byte sequences. */
function countCharacters(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at += 1) {
    if ((bytes[at]! & 0xc0) !== 0x80) count += bytes[at]! >= 0xf0 ? 2 : 1;
  }
  return count;
}

/** Memory grows with the values, not with the rows: there may be thousands of rare properties. */
export function createTextColumn(limits: TextLimits): TextColumn {
  let texts = createByteTexts();
  let valueRows = new Uint32Array(16);
  let valueIndexes = new Uint32Array(16);
  let [count, distinct, characters] = [0, 0, 0];
  let isFull = false;
  function fill(): void {
    isFull = true;
    texts = createByteTexts();
    [valueRows, valueIndexes, count] = [new Uint32Array(), new Uint32Array(), 0];
    limits.room.characters += characters;
    characters = 0;
  }
  return {
    fill,
    add(row, bytes, start, end) {
      if (isFull) return;
      const place = texts.add(bytes, start, end);
      if (count === valueRows.length) [valueRows, valueIndexes] = [doubled(valueRows), doubled(valueIndexes)];
      valueRows[count] = row;
      valueIndexes[count] = place;
      count += 1;
      if (place <= distinct) return;
      distinct = place;
      const added = countCharacters(bytes, start, end);
      characters += added;
      limits.room.characters -= added;
      if (distinct > limits.texts || characters > limits.characters) fill();
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
    toIndexes(rows) {
      const all = new Uint32Array(rows);
      for (let at = 0; at < count; at += 1) all[valueRows[at]!] = valueIndexes[at]!;
      return all;
    },
  };
}
