/** Encodes rows of events from Postgres as columns of numbers, one list for each interval. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import { type SortedRows, sortRows } from './sorted-rows.js';
import { codeOfText, numberOfUser, type TailTexts, type TailUsers } from './tail-codes.js';
import type { TailRow } from './tail-statements.js';

export interface RowCodes {
  /** The columns of a row after the fixed ones, in order. */
  columns: readonly string[];
  texts: ReadonlyMap<string, TailTexts>;
  users: TailUsers;
}

/** The rows of one interval, with the microseconds of each since its start. */
interface OneInterval {
  rows: TailRow[];
  micros: number[];
}

const intervalMicros = intervalMs * 1_000;

function byInterval(rows: TailRow[]): Map<number, OneInterval> {
  const found = new Map<number, OneInterval>();
  for (const row of rows) {
    const instant = Number(row[0]);
    const interval = Math.floor(instant / intervalMicros);
    let list = found.get(interval);
    if (list === undefined) {
      list = { rows: [], micros: [] };
      found.set(interval, list);
    }
    list.rows.push(row);
    list.micros.push(instant - interval * intervalMicros);
  }
  return found;
}

/** The four groups of 8 hex digits in a UUID, which has dashes after digits 8, 12, 16 and 20. */
const idParts: ((id: string) => string)[] = [
  (id) => id.slice(0, 8),
  (id) => id.slice(9, 13) + id.slice(14, 18),
  (id) => id.slice(19, 23) + id.slice(24, 28),
  (id) => id.slice(28),
];

/** `Uint32Array.from` takes ten times as long. */
function numbersOf<T>(list: T[], numberOf: (each: T) => number): Uint32Array {
  const numbers = new Uint32Array(list.length);
  for (let at = 0; at < list.length; at += 1) numbers[at] = numberOf(list[at]!);
  return numbers;
}

const firstColumn = 4;

function toColumns({ rows, micros }: OneInterval, { columns, texts, users }: RowCodes): Map<string, Uint32Array> {
  const visitorOf = ([, , number, user]: TailRow) =>
    number !== null ? Number(number) : user === null ? 0 : numberOfUser(users, user);
  const found = new Map<string, Uint32Array>([
    ['time', numbersOf(micros, (instant) => Math.floor(instant / 1_000))],
    ['micros', numbersOf(micros, (instant) => instant % 1_000)],
    ['visitor', numbersOf(rows, visitorOf)],
  ]);
  for (const [at, name] of columns.entries()) {
    const index = firstColumn + at;
    const codeOf = (text: string | null | undefined) => (text == null ? 0 : codeOfText(texts.get(name)!, text));
    if (name !== 'id')
      found.set(
        name,
        numbersOf(rows, (row) => codeOf(row[index])),
      );
    else
      for (const [nth, part] of idParts.entries())
        found.set(
          `id:${nth}`,
          numbersOf(rows, (row) => Number.parseInt(part(row[index]!), 16)),
        );
  }
  return found;
}

/** Interval → its rows. */
export function encodeTailRows(rows: TailRow[], codes: RowCodes): Map<number, SortedRows> {
  const lists = new Map<number, SortedRows>();
  for (const [interval, some] of byInterval(rows)) {
    const txids = new Float64Array(some.rows.length);
    for (let at = 0; at < txids.length; at += 1) txids[at] = Number(some.rows[at]![1]);
    lists.set(interval, sortRows(txids, toColumns(some, codes)));
  }
  return lists;
}
