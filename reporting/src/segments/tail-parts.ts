/** Makes parts of the tail's events, with the codes of the query. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { Numbers } from '@millrace/shared/segments/number-block';
import { sessionId } from '@millrace/shared/segments/segment-format';
import { clip } from './cover-segments.js';
import type { ColumnValues } from './dictionaries.js';
import type { Part } from './part.js';
import type { SortedRows } from './sorted-rows.js';
import type { TailRows } from './tail.js';
import type { SiteCodes, TailTexts } from './tail-codes.js';

interface DerivedColumns {
  /** By column: the site's codes, and the mapping they were made with. */
  codes: Map<string, { by: SiteCodes; numbers: Uint32Array }>;
  sessions?: { session: Uint32Array; sessionIds: BigUint64Array };
}

/** Columns that queries have derived from rows, kept as long as the rows. */
const derivedColumns = new WeakMap<SortedRows, DerivedColumns>();

function derivedOf(rows: SortedRows): DerivedColumns {
  const cached = derivedColumns.get(rows) ?? { codes: new Map() };
  derivedColumns.set(rows, cached);
  return cached;
}

/** Allocates shared memory, which all threads can read. */
function mapNumbers(numbers: Uint32Array, codes: ArrayLike<number>): Uint32Array {
  const mapped = new Uint32Array(new SharedArrayBuffer(numbers.byteLength));
  for (let at = 0; at < numbers.length; at += 1) mapped[at] = codes[numbers[at]!]!;
  return mapped;
}

function codesOf(rows: SortedRows, column: string, by: SiteCodes): Uint32Array {
  const { codes } = derivedOf(rows);
  const cached = codes.get(column);
  if (cached?.by === by) return cached.numbers;
  const numbers = mapNumbers(rows.columns.get(column)!, by.codes);
  codes.set(column, { by, numbers });
  return numbers;
}

/** Numbers the sessions of these rows, from 1. */
function sessionsOf(rows: SortedRows, { list }: TailTexts): NonNullable<DerivedColumns['sessions']> {
  const derived = derivedOf(rows);
  if (derived.sessions) return derived.sessions;
  const codes = rows.columns.get('session')!;
  const numberOf = new Map<number, number>([[0, 0]]);
  for (const code of codes) if (!numberOf.has(code)) numberOf.set(code, numberOf.size);
  const session = new Uint32Array(new SharedArrayBuffer(codes.byteLength));
  for (let at = 0; at < codes.length; at += 1) session[at] = numberOf.get(codes[at]!)!;
  const sessionIds = new BigUint64Array(new SharedArrayBuffer(8 * (numberOf.size - 1)));
  for (const [code, number] of numberOf) if (code !== 0) sessionIds[number - 1] = sessionId(list[code - 1]!);
  derived.sessions = { session, sessionIds };
  return derived.sessions;
}

export interface TailPartsNeeded {
  from: number;
  to: number;
  values: ReadonlyMap<string, ColumnValues>;
  withVisits: boolean;
}

function toPart(interval: number, rows: SortedRows, { texts }: TailRows, needed: TailPartsNeeded): Part {
  const shared = ['time', 'micros', 'visitor'].map((name) => [name, rows.columns.get(name)!] as const);
  const columns = new Map<string, Numbers>(shared);
  for (const [column, { tailCodes }] of needed.values) columns.set(column, codesOf(rows, column, tailCodes!));
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
