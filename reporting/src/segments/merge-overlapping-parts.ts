import type { Numbers } from '@millrace/shared/segments/number-block';
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import type { Part } from './part.js';
import { type RowList, selectRows, toRowList } from './select-rows.js';
import { firstMs, lastMs } from './windows.js';

/** Parts whose times overlap, and the selected rows of each. */
interface TimeGroup {
  parts: Part[];
  lists: RowList[];
}

/** Concatenates a column of all lists. */
function join({ parts, lists }: TimeGroup, numberOf: (part: Part, at: number) => (row: number) => number): Uint32Array {
  const joined = new Uint32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const [at, part] of parts.entries()) {
    const number = numberOf(part, at);
    for (const row of lists[at]!) joined[end++] = number(row);
  }
  return joined;
}

const zero = () => 0;

/** Concatenates the session ids of all parts; `first` has the offset of each part. */
function joinSessions(parts: Part[]): { sessionIds: BigUint64Array; first: number[] } {
  const lists = parts.map(({ sessionIds }) => sessionIds ?? new BigUint64Array());
  const sessionIds = new BigUint64Array(lists.reduce((sum, { length }) => sum + length, 0));
  const first: number[] = [];
  let end = 0;
  for (const list of lists) {
    first.push(end);
    sessionIds.set(list, end);
    end += list.length;
  }
  return { sessionIds, first };
}

/** The common start of the parts. @throws Error when their time span in milliseconds does not fit in 32 bits. */
function startOf(parts: Part[]): number {
  const startMs = Math.min(...parts.map((part) => part.startMs));
  if (Math.max(...parts.map(lastMs)) - startMs >= 2 ** 32)
    throw new Error('Parts with overlapping times span more than 49 days and cannot be merged');
  return startMs;
}

/** Orders rows by visitor and time, which is enough: each interval is in one part, so two parts never share a millisecond. */
function mergeGroup(group: TimeGroup): Part {
  const startMs = startOf(group.parts);
  const { sessionIds, first } = joinSessions(group.parts);
  const column = (name: string) =>
    join(group, ({ columns }) => {
      const list = columns.get(name);
      return list ? (row) => list[row]! : zero;
    });
  const time = join(group, (part) => {
    const list = part.columns.get('time');
    const later = part.startMs - startMs;
    return (row) => later + (list ? list[row]! : 0);
  });
  const session = join(group, ({ columns }, at) => {
    const list = columns.get('session');
    return list ? (row) => (list[row] === 0 ? 0 : first[at]! + list[row]!) : zero;
  });
  const order = orderRows([column('visitor'), time]);
  const ordered = (list: Uint32Array) => inOrder(list, order);
  const names = new Set(group.parts.flatMap(({ columns }) => [...columns.keys()]));
  const columns = new Map<string, Numbers>();
  for (const name of names) if (name !== 'time' && name !== 'session') columns.set(name, ordered(column(name)));
  columns.set('time', ordered(time)).set('session', ordered(session));
  return { rows: order.length, startMs, columns, sessionIds };
}

/** Groups parts whose times overlap; the groups are in the order of time. */
function groupByTime(parts: Part[]): Pick<TimeGroup, 'parts'>[] {
  const groups: Pick<TimeGroup, 'parts'>[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const part of [...parts].sort((a, b) => firstMs(a) - firstMs(b))) {
    const group = groups.at(-1);
    if (group && firstMs(part) <= end) group.parts.push(part);
    else groups.push({ parts: [part] });
    end = Math.max(end, lastMs(part));
  }
  return groups;
}

/**
 * Returns the same events in parts that do not overlap in time, in order. Parts of late events lie within the times of others.
 */
export function mergeOverlappingParts(parts: Part[]): Part[] {
  return groupByTime(parts).map((group) => {
    if (group.parts.length === 1) return group.parts[0]!;
    const lists = group.parts.map((part) => toRowList(part, selectRows(part, undefined, 'all')));
    return mergeGroup({ ...group, lists });
  });
}
