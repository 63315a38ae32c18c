/** Which codes of a column are numbers, and which numbers they are, so that threads count without a look at any text. */
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import { placesOf, toScaled } from '../query/exact-numbers.js';
import { numberPattern } from '../query/filter-sql.js';
import type { ColumnValues } from './dictionaries.js';

/** The rank of longer numbers: whoever comes upon one lets Postgres answer, so that a single one does not slow down all questions. */
export const overlong = 2 ** 32 - 1;
const mostCharacters = 100;

export interface NumberTable {
  /** By code: the place of its number among all of them, from 1; 0 where it is none, else {@link overlong}. Equal numbers have one. */
  ranks: Uint32Array;
  /** By rank, ascending, as integers with {@link places} decimals; nothing has rank 0. */
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

/** In their order; a number of 64 bits is two of 32, which sort fast. */
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

/** The first of `texts` has code `first`. */
function sortNumbers(texts: readonly (string | null)[], first: number): SortedNumbers {
  const [codes, numbers, long]: [number[], string[], number[]] = [[], [], []];
  let places = 0;
  for (let at = 0; at < texts.length; at += 1) {
    const text = texts[at]!;
    if (text === null || !isNumber.test(text)) continue;
    if (text.length > mostCharacters) {
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

/** Without what was stored after the question's snapshot: these codes are of other values there. */
function upToCode({ codes, values, places, long }: SortedNumbers, last: number): SortedNumbers {
  const isKept = (code: number) => code <= last;
  return {
    ...{ codes: codes.filter(isKept), values: values.filter((_, at) => isKept(codes[at]!)), places },
    long: long.filter(isKept),
  };
}

const withPlaces = ({ values, places }: SortedNumbers, wanted: number): bigint[] =>
  places === wanted ? values : values.map((value) => value * 10n ** BigInt(wanted - places));

/** Takes the lesser of both lists' next numbers, until there is none. */
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

/** Dictionaries last from question to question. */
const sortedTexts = new WeakMap<ColumnValues['texts'], SortedNumbers>();
const tables = new WeakMap<ColumnValues, NumberTable>();

/** Of all values that there are by now; the same table each time. */
export function numberTable(values: ColumnValues): NumberTable {
  const known = tables.get(values);
  if (known) return known;
  const { texts, added, stored } = values;
  const sorted = sortedTexts.get(texts) ?? sortNumbers(texts, 1);
  sortedTexts.set(texts, sorted);
  const seen = texts.length > stored ? upToCode(sorted, stored) : sorted;
  const table = joinNumbers(seen, sortNumbers(added, stored + 1), values.size());
  tables.set(values, table);
  return table;
}

/** Panels of a batch share what they add up. */
const ofSixtyFourBits = new WeakMap<NumberTable, BigInt64Array>();

/** The values in 64 bits where these hold the sum of any `rows` of them: threads add them up several times as fast. */
export function valuesToAdd(table: NumberTable, rows: number): BigInt64Array | bigint[] {
  const { values } = table;
  const [least = 0n, most = 0n] = [values[1], values.at(-1)];
  const mostOfOne = 2n ** 63n / BigInt(rows + 1);
  if (-least >= mostOfOne || most >= mostOfOne) return values;
  const shared = ofSixtyFourBits.get(table) ?? new BigInt64Array(new SharedArrayBuffer(8 * values.length));
  if (!ofSixtyFourBits.has(table)) shared.set(values);
  ofSixtyFourBits.set(table, shared);
  return shared;
}
