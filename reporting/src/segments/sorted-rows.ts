/** Raw events of one interval in memory, ordered by visitor, time and id. */
import { orderRows } from '@millrace/shared/segments/order-rows';

export interface SortedRows {
  count: number;
  /** The id of the transaction that stored each row. */
  txids: Float64Array;
  newestTxid: number;
  /** In shared memory: `time` in milliseconds since the interval starts, `micros`, `visitor`, parts of event ids, and codes. */
  columns: ReadonlyMap<string, Uint32Array>;
}

/** Event ids are only loaded when the order of events of the same instant matters. */
const idColumns = ['id:0', 'id:1', 'id:2', 'id:3'] as const;

const sharedNumbers = (length: number) => new Uint32Array(new SharedArrayBuffer(4 * length));

type Compare = (a: number, b: number) => number;

/** Compares rows of one list with rows of another. */
function comparison(left: SortedRows['columns'], right: SortedRows['columns']): Compare {
  const keyOf = (name: string) => [left.get(name)!, right.get(name)!] as const;
  const [visitors, otherVisitors] = keyOf('visitor');
  const [times, otherTimes] = keyOf('time');
  const names = left.has(idColumns[0]) && right.has(idColumns[0]) ? ['micros', ...idColumns] : ['micros'];
  const rest = names.map(keyOf);
  return (a, b) => {
    const difference = visitors[a]! - otherVisitors[b]! || times[a]! - otherTimes[b]!;
    if (difference !== 0) return difference;
    for (const [ofLeft, ofRight] of rest) if (ofLeft[a] !== ofRight[b]) return ofLeft[a]! - ofRight[b]!;
    return 0;
  };
}

function newestOf(txids: Float64Array): number {
  let newest = 0;
  for (let row = 0; row < txids.length; row += 1) if (txids[row]! > newest) newest = txids[row]!;
  return newest;
}

function everyRow(count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row += 1) rows[row] = row;
  return rows;
}

/** The rows listed in `order`; row numbers from `first.count` on refer to `second`. */
function collectRows(order: Uint32Array, first: SortedRows, second: SortedRows): SortedRows {
  const { count } = first;
  const columns = new Map<string, Uint32Array>();
  for (const [name, left] of first.columns) {
    const right = second.columns.get(name);
    if (right === undefined) continue;
    const taken = sharedNumbers(order.length);
    for (let at = 0; at < order.length; at += 1) {
      const row = order[at]!;
      taken[at] = row < count ? left[row]! : right[row - count]!;
    }
    columns.set(name, taken);
  }
  const txids = new Float64Array(order.length);
  for (let at = 0; at < order.length; at += 1) {
    const row = order[at]!;
    txids[at] = row < count ? first.txids[row]! : second.txids[row - count]!;
  }
  return { count: order.length, txids, newestTxid: newestOf(txids), columns };
}

const pickRows = (rows: SortedRows, order: Uint32Array): SortedRows => collectRows(order, rows, rows);

export function sortRows(txids: Float64Array, columns: SortedRows['columns']): SortedRows {
  const order = everyRow(txids.length).sort(comparison(columns, columns));
  return pickRows({ count: txids.length, txids, newestTxid: 0, columns }, order);
}

/** Keeps the columns that both lists have. */
export function mergeRows(first: SortedRows, second: SortedRows): SortedRows {
  const compare = comparison(first.columns, second.columns);
  const order = new Uint32Array(first.count + second.count);
  let [left, right] = [0, 0];
  for (let at = 0; at < order.length; at += 1) {
    const takesLeft = right === second.count || (left < first.count && compare(left, right) <= 0);
    order[at] = takesLeft ? left++ : first.count + right++;
  }
  return collectRows(order, first, second);
}

/** Each list is at most half as long as the one before it, so each row is merged only a few times. */
export function addRows(lists: readonly SortedRows[], rows: SortedRows): SortedRows[] {
  const all = [...lists];
  let last = rows;
  while (all.length > 0 && all.at(-1)!.count < 2 * last.count) last = mergeRows(all.pop()!, last);
  return [...all, last];
}

/** The rows whose transaction passes the test. */
export function filterRows(rows: SortedRows, test: (txid: number) => boolean): SortedRows {
  const order = everyRow(rows.count).filter((at) => test(rows.txids[at]!));
  return order.length === rows.count ? rows : pickRows(rows, order);
}

/**
 * Renumbers visitors and sorts again. `numberOf` must map different visitors to different numbers, so each keeps its order of
 * events.
 */
export function renumberRows(rows: SortedRows, numberOf: (visitor: number) => number): SortedRows {
  const visitor = rows.columns.get('visitor')!.map(numberOf);
  const renumbered = { ...rows, columns: new Map([...rows.columns, ['visitor', visitor] as const]) };
  return pickRows(renumbered, orderRows([visitor]));
}
