/** Makes parts of raw events that are not in segments. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import { sessionId } from '@millrace/shared/segments/segment-format';
import type { ColumnValues } from './dictionaries.js';
import type { Part } from './part.js';
import { firstColumn, type RawRow, type RawRows } from './raw-rows.js';
import type { QueryUsers } from './tail-codes.js';

const msOf = ([micros]: RawRow) => Math.floor(micros / 1_000);

/** The first instant of the UTC month after the one that an instant lies in. */
function nextMonth(ms: number): number {
  const time = new Date(ms);
  return Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1);
}

/**
 * Splits rows, which must be in the order of time, by month. A part counts milliseconds in 32 bits, which is 49 days. No segment
 * crosses the end of a month, but rows of two months would join the segments around them into one part; see
 * `mergeOverlappingParts`.
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

function toPart(
  { rows, columns: names }: RawRows,
  visitors: Uint32Array,
  values: ReadonlyMap<string, ColumnValues>,
): Part {
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
  const numberOf = new Map<string, number>();
  const session = rows.map(([, , , id]) => {
    if (id === null) return 0;
    const number = numberOf.get(id) ?? numberOf.size + 1;
    numberOf.set(id, number);
    return number;
  });
  return { session, sessionIds: BigUint64Array.from(numberOf.keys(), sessionId) };
}

/** `values` must have all columns of the rows. */
export function rawParts(
  { rows, columns }: RawRows,
  values: ReadonlyMap<string, ColumnValues>,
  users: QueryUsers,
): Part[] {
  const visitorOf = ([, number, user]: RawRow) => number ?? (user === null ? 0 : users.numberOf(user));
  return [...byMonth(rows)].map((monthRows) =>
    toPart({ rows: monthRows, columns }, Uint32Array.from(monthRows, visitorOf), values),
  );
}
