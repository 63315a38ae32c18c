/** Raw events that no segment has, as parts in memory. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import { sessionId } from '@millrace/shared/segments/segment-format';
import type { Values } from './dictionaries.js';
import type { Part } from './part.js';
import { firstColumn, type RawRow, type RawRows } from './raw-rows.js';
import type { QuestionUsers } from './tail-codes.js';

const msOf = ([micros]: RawRow) => Math.floor(micros / 1_000);

/** The first instant of the UTC month after the one that an instant lies in. */
function nextMonth(ms: number): number {
  const time = new Date(ms);
  return Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1);
}

/**
 * Rows of one month each, `rows` being in the order of time. Parts count milliseconds in 32 bits, 49 days: no segment reaches over the
 * end of a month, and rows of two months would make one part of the segments that they lie among, see `inSequence`.
 */
function* byMonth(rows: RawRow[]): Generator<RawRow[]> {
  let first = 0;
  let endMs = rows[0] ? nextMonth(msOf(rows[0])) : 0;
  for (let at = 1; at < rows.length; at += 1) {
    if (msOf(rows[at]!) < endMs) continue;
    yield rows.slice(first, at);
    first = at;
    endMs = nextMonth(msOf(rows[at]!));
  }
  if (rows.length > 0) yield rows.slice(first);
}

function toPart({ rows, columns: names }: RawRows, visitors: Uint32Array, values: ReadonlyMap<string, Values>): Part {
  const order = orderRows([visitors]);
  const startMs = msOf(rows[0]!);
  const { session, sessionIds } = numberSessions(rows);
  const ordered = (numbers: ArrayLike<number>) => inOrder(numbers, order);
  const columns = new Map<string, Numbers>([
    ['time', ordered(rows.map((row) => msOf(row) - startMs))],
    ['micros', ordered(rows.map(([instant]) => instant % 1_000))],
    ['visitor', ordered(visitors)],
    ['session', ordered(session)],
  ]);
  for (const [at, name] of names.entries()) {
    const ofColumn = values.get(name)!;
    const codes = rows.map((row) => {
      const text = row[firstColumn + at] as string | null;
      return text === null ? 0 : ofColumn.codeOf(text);
    });
    columns.set(name, inOrder(codes, order));
  }
  return { rows: rows.length, startMs, columns, sessionIds };
}

function numberSessions(rows: RawRow[]): { session: number[]; sessionIds: BigUint64Array } {
  const places = new Map<string, number>();
  const session = rows.map(([, , , id]) => {
    if (id === null) return 0;
    const place = places.get(id) ?? places.size + 1;
    places.set(id, place);
    return place;
  });
  return { session, sessionIds: BigUint64Array.from(places.keys(), sessionId) };
}

/** In the order of visitors. `values` has those of all columns of the rows. */
export function rawParts(
  { rows, columns }: RawRows,
  values: ReadonlyMap<string, Values>,
  users: QuestionUsers,
): Part[] {
  const visitorOf = ([, number, user]: RawRow) => number ?? (user === null ? 0 : users.numberOf(user));
  return [...byMonth(rows)].map((some) => toPart({ rows: some, columns }, Uint32Array.from(some, visitorOf), values));
}
