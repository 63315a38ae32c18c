/** Counts events per interval: one rollup row for each event type and one for all types. */
import { encodeBitmap } from '@millrace/shared/bitmap/bitmap';
import { allTypes, intervalMs } from '@millrace/shared/contract/rollups';
import { orderRows } from '@millrace/shared/segments/order-rows';
import type { GatheredColumn, GatheredEvents } from '../segments/gather-events.js';
import type { RollupRow } from './write-rollups.js';

/** The visitors of a rollup row: distinct, ascending, up to `end`. */
interface Distinct {
  numbers: Uint32Array;
  end: number;
}

function addVisitor(distinct: Distinct, visitor: number): void {
  const { numbers, end } = distinct;
  if (visitor === 0 || (end > 0 && numbers[end - 1] === visitor)) return;
  numbers[end] = visitor;
  distinct.end += 1;
}

type MakeRow = (key: number, events: number, distinct: Distinct) => RollupRow;

/** Makes a row for each distinct key, in key order. Events must be in the order of visitors. */
function countKeys(keys: Uint32Array, visitors: Uint32Array, makeRow: MakeRow): RollupRow[] {
  const order = orderRows([keys]);
  const distinct = { numbers: new Uint32Array(order.length), end: 0 };
  const rows: RollupRow[] = [];
  let start = 0;
  for (let at = 0; at < order.length; at += 1) {
    const row = order[at]!;
    addVisitor(distinct, visitors[row]!);
    const key = keys[row]!;
    if (at + 1 < order.length && keys[order[at + 1]!] === key) continue;
    rows.push(makeRow(key, at + 1 - start, distinct));
    start = at + 1;
    distinct.end = 0;
  }
  return rows;
}

function rowMaker(startMs: number, keyParts: (key: number) => { interval: number; type: string }): MakeRow {
  return (key, events, { numbers, end }) => {
    const { interval, type } = keyParts(key);
    const { bitmap, size } = encodeBitmap(numbers.subarray(0, end));
    const bucket = new Date(startMs + interval * intervalMs).toISOString();
    return { bucket, event_type: type, events, visitor_count: size, visitors: bitmap };
  };
}

/** Events that are not from bots. */
interface Counted {
  /** Per row: the interval, and the index of the type. */
  interval: Uint32Array;
  type: Uint32Array;
  visitor: Uint32Array;
  /** Intervals with events of bots only. */
  others: Set<number>;
}

function countedEvents(
  { rows, time, visitor }: Pick<GatheredEvents, 'rows' | 'time' | 'visitor'>,
  types: GatheredColumn,
  bots: GatheredColumn,
): Counted {
  const counted = { interval: new Uint32Array(rows), type: new Uint32Array(rows), visitor: new Uint32Array(rows) };
  const others = new Set<number>();
  let count = 0;
  for (let row = 0; row < rows; row += 1) {
    const interval = Math.floor(time[row]! / intervalMs);
    if (bots.indexes[row] !== 0) {
      others.add(interval);
      continue;
    }
    counted.interval[count] = interval;
    counted.type[count] = types.indexes[row]!;
    counted.visitor[count] = visitor[row]!;
    count += 1;
  }
  const [interval, type] = [counted.interval.subarray(0, count), counted.type.subarray(0, count)];
  if (others.size > 0) for (const each of interval) others.delete(each);
  return { interval, type, visitor: counted.visitor.subarray(0, count), others };
}

/** The rollup rows of gathered events; `startMs` is the start of their first interval. */
export function countIntervals(
  events: Pick<GatheredEvents, 'rows' | 'time' | 'visitor'>,
  { types, bots }: { types: GatheredColumn; bots: GatheredColumn },
  startMs: number,
): RollupRow[] {
  const width = types.texts.length + 1;
  const { interval, type, visitor, others } = countedEvents(events, types, bots);
  const ofTypes = interval.map((each, row) => each * width + type[row]!);
  const typed = rowMaker(startMs, (key) => ({
    interval: Math.floor(key / width),
    type: types.texts[(key % width) - 1]!,
  }));
  const whole = rowMaker(startMs, (key) => ({ interval: key, type: allTypes }));
  const empty = [...others].map((key) => whole(key, 0, { numbers: new Uint32Array(), end: 0 }));
  return [...countKeys(ofTypes, visitor, typed), ...countKeys(interval, visitor, whole), ...empty];
}
