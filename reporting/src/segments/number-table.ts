/** Maps the codes of a column to numbers once per query, so that threads can count numbers without reading texts. */
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import { placesOf, toScaled } from '../query/exact-numbers.js';
import { numberPattern } from '../query/filter-sql.js';
import type { ColumnValues } from './dictionaries.js';

/**
 * Rank of numbers that are too long. A query that counts one is answered by Postgres, so that it does not slow down all others.
 */
export const overlong = 2 ** 32 - 1;
const maxCharacters = 100;

export interface NumberTable {
  /**
   * By code: the rank of its number, from 1, equal for equal numbers; 0 if it is not a number, {@link overlong} if it is too
   * long.
   */
  ranks: Uint32Array;
  /** By rank, ascending, scaled to `places` decimals; rank 0 is unused. */
  values: bigint[];
  places: number;
}

/** Numbers in ascending order. */
interface SortedNumbers {
  codes: Uint32Array;
  values: bigint[];
  places: number;
  /** Codes of numbers that are too long. */
  long: number[];
}

const isNumber = new RegExp(numberPattern);
const withoutZeros = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** The ascending order. Numbers that fit in 64 bits are split in two of 32, which sort fast. */
function orderOf(values: bigint[]): Uint32Array {
  const short = BigInt64Array.from(values);
  if (values.every((value, at) => short[at] === value)) {
    const halves = new Uint32Array(short.buffer);
    const high = Uint32Array.from(values, (_, at) => halves[2 * at + 1]! ^ 0x8000_0000);
    return orderRows([high, Uint32Array.from(values, (_, at) => halves[2 * at]!)]);
  }
  const compare = (a: number, b: number) => (values[a]! < values[b]! ? -1 : Number(values[a]! > values[b]!));
  return Uint32Array.from(values.keys()).sort(compare);
}

/** `first` is the code of the first text. */
function sortNumbers(texts: readonly (string | null)[], first: number): SortedNumbers {
  const [codes, numbers, long]: [number[], string[], number[]] = [[], [], []];
  let places = 0;
  for (let at = 0; at < texts.length; at += 1) {
    const text = texts[at]!;
    if (text === null || !isNumber.test(text)) continue;
    if (text.length > maxCharacters) {
      long.push(first + at);
      continue;
    }
    const number = withoutZeros(text);
    places = Math.max(places, placesOf(number));
    codes.push(first + at);
    numbers.push(number);
  }
  const values = numbers.map((number) => toScaled(number, places));
  const order = orderOf(values);
  return { codes: inOrder(codes, order), values: Array.from(order, (at) => values[at]!), places, long };
}

/** Drops values stored after the query's snapshot, in which their codes mean other values. */
function upToCode({ codes, values, places, long }: SortedNumbers, last: number): SortedNumbers {
  const isKept = (code: number) => code <= last;
  return {
    ...{ codes: codes.filter(isKept), values: values.filter((_, at) => isKept(codes[at]!)), places },
    long: long.filter(isKept),
  };
}

const withPlaces = ({ values, places }: SortedNumbers, target: number): bigint[] =>
  places === target ? values : values.map((value) => value * 10n ** BigInt(target - places));

/** Merges two ascending lists. */
function joinNumbers(one: SortedNumbers, other: SortedNumbers, size: number): NumberTable {
  const places = Math.max(one.places, other.places);
  const [left, right] = [withPlaces(one, places), withPlaces(other, places)];
  const ranks = new Uint32Array(new SharedArrayBuffer(4 * (size + 1)));
  const values = [0n];
  const take = (code: number, value: bigint) => {
    if (values.length === 1 || values.at(-1) !== value) values.push(value);
    ranks[code] = values.length - 1;
  };
  let [atLeft, atRight] = [0, 0];
  while (atLeft < left.length || atRight < right.length) {
    const isLeft = atRight === right.length || (atLeft < left.length && left[atLeft]! <= right[atRight]!);
    if (isLeft) take(one.codes[atLeft]!, left[atLeft++]!);
    else take(other.codes[atRight]!, right[atRight++]!);
  }
  for (const code of [...one.long, ...other.long]) ranks[code] = overlong;
  return { ranks, values, places };
}

/** Kept across queries, like the dictionaries. */
const sortedTexts = new WeakMap<ColumnValues['texts'], SortedNumbers>();
const tables = new WeakMap<ColumnValues, NumberTable>();

/** The table of all current values; cached. */
export function numberTable(values: ColumnValues): NumberTable {
  const cached = tables.get(values);
  if (cached) return cached;
  const { texts, added, stored } = values;
  const sorted = sortedTexts.get(texts) ?? sortNumbers(texts, 1);
  sortedTexts.set(texts, sorted);
  const seen = texts.length > stored ? upToCode(sorted, stored) : sorted;
  const table = joinNumbers(seen, sortNumbers(added, stored + 1), values.size());
  tables.set(values, table);
  return table;
}

/** Shared by the panels of a batch. */
const sharedValues = new WeakMap<NumberTable, BigInt64Array>();

/** The values as 64-bit integers if the sum of any `rows` of them fits: adding those is several times as fast. */
export function valuesToAdd(table: NumberTable, rows: number): BigInt64Array | bigint[] {
  const { values } = table;
  const [least = 0n, most = 0n] = [values[1], values.at(-1)];
  const mostOfOne = 2n ** 63n / BigInt(rows + 1);
  if (-least >= mostOfOne || most >= mostOfOne) return values;
  const shared = sharedValues.get(table) ?? new BigInt64Array(new SharedArrayBuffer(8 * values.length));
  if (!sharedValues.has(table)) shared.set(values);
  sharedValues.set(table, shared);
  return shared;
}
