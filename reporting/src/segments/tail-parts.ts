/** Events of the tail as parts that are counted, by the codes of the question. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { Numbers } from '@millrace/shared/segments/number-block';
import { sessionId } from '@millrace/shared/segments/segment-format';
import { clip } from './cover-segments.js';
import type { Values } from './dictionaries.js';
import type { Part } from './part.js';
import type { SortedRows } from './sorted-rows.js';
import type { TailRows } from './tail.js';
import type { AskedCodes, TailTexts } from './tail-codes.js';

interface Asked {
  /** By column: codes, and what they were made with. */
  codes: Map<string, { by: AskedCodes; numbers: Uint32Array }>;
  sessions?: { session: Uint32Array; sessionIds: BigUint64Array };
}

/** What questions have made of rows; it goes with them. */
const askedOf = new WeakMap<SortedRows, Asked>();

function askedRows(rows: SortedRows): Asked {
  const known = askedOf.get(rows) ?? { codes: new Map() };
  askedOf.set(rows, known);
  return known;
}

/** In memory that all threads can read. */
function mapNumbers(numbers: Uint32Array, codes: ArrayLike<number>): Uint32Array {
  const mapped = new Uint32Array(new SharedArrayBuffer(numbers.byteLength));
  for (let at = 0; at < numbers.length; at += 1) mapped[at] = codes[numbers[at]!]!;
  return mapped;
}

function codesOf(rows: SortedRows, column: string, by: AskedCodes): Uint32Array {
  const { codes } = askedRows(rows);
  const known = codes.get(column);
  if (known?.by === by) return known.numbers;
  const numbers = mapNumbers(rows.columns.get(column)!, by.codes);
  codes.set(column, { by, numbers });
  return numbers;
}

/** Sessions of these rows alone, counted from 1 on. */
function sessionsOf(rows: SortedRows, { list }: TailTexts): NonNullable<Asked['sessions']> {
  const asked = askedRows(rows);
  if (asked.sessions) return asked.sessions;
  const codes = rows.columns.get('session')!;
  const places = new Map<number, number>([[0, 0]]);
  for (const code of codes) if (!places.has(code)) places.set(code, places.size);
  const session = new Uint32Array(new SharedArrayBuffer(codes.byteLength));
  for (let at = 0; at < codes.length; at += 1) session[at] = places.get(codes[at]!)!;
  const sessionIds = new BigUint64Array(new SharedArrayBuffer(8 * (places.size - 1)));
  for (const [code, place] of places) if (code !== 0) sessionIds[place - 1] = sessionId(list[code - 1]!);
  asked.sessions = { session, sessionIds };
  return asked.sessions;
}

export interface TailPartsNeeded {
  from: number;
  to: number;
  values: ReadonlyMap<string, Values>;
  withVisits: boolean;
}

function toPart(interval: number, rows: SortedRows, { texts }: TailRows, needed: TailPartsNeeded): Part {
  const shared = ['time', 'micros', 'visitor'].map((name) => [name, rows.columns.get(name)!] as const);
  const columns = new Map<string, Numbers>(shared);
  for (const [column, { ofTail }] of needed.values) columns.set(column, codesOf(rows, column, ofTail!));
  const sessions = needed.withVisits ? sessionsOf(rows, texts.get('session')!) : undefined;
  if (sessions) columns.set('session', sessions.session);
  const startMs = interval * intervalMs;
  const isCut = startMs < needed.from || startMs + intervalMs > needed.to;
  return {
    ...{ rows: rows.count, startMs, columns },
    ...(sessions && { sessionIds: sessions.sessionIds }),
    ...(isCut && { windows: clip([interval, interval + 1], needed) }),
  };
}

export const tailParts = (tail: TailRows, needed: TailPartsNeeded): Part[] =>
  [...tail.intervals].flatMap(([interval, lists]) => lists.map((rows) => toPart(interval, rows, tail, needed)));
