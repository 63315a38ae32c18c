/** Counts events of intervals: a row of the rollup for each type, and one for all types together. */
import { encodeBitmap } from '@millrace/shared/bitmap';
import { allTypes, intervalMs } from '@millrace/shared/rollups';
import { orderRows } from '@millrace/shared/segments/order-rows';
import type { GatheredColumn, GatheredEvents } from '../segments/gather-events.js';
import type { RollupRow } from './write-rollups.js';

/** Visitors of one row of a rollup, ascending, each once; `end` is where the next ones go. */
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

/** Events come in the order of visitors; a row is made for each key that occurs, in their order. */
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

/** The rows of gathered events; `types` is their column `event_type`, and `startMs` the start of their first interval. */
export function countIntervals(
  { rows, time, visitor }: Pick<GatheredEvents, 'rows' | 'time' | 'visitor'>,
  types: GatheredColumn,
  startMs: number,
): RollupRow[] {
  const width = types.texts.length + 1;
  const [ofAll, ofTypes] = [new Uint32Array(rows), new Uint32Array(rows)];
  for (let row = 0; row < rows; row += 1) {
    const interval = Math.floor(time[row]! / intervalMs);
    ofAll[row] = interval;
    ofTypes[row] = interval * width + types.places[row]!;
  }
  const typed = rowMaker(startMs, (key) => ({
    interval: Math.floor(key / width),
    type: types.texts[(key % width) - 1]!,
  }));
  const whole = rowMaker(startMs, (interval) => ({ interval, type: allTypes }));
  return [...countKeys(ofTypes, visitor, typed), ...countKeys(ofAll, visitor, whole)];
}
