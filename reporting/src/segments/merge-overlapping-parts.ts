/** Puts parts in sequence: those whose times overlap become one. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import type { Part } from './part.js';
import { type RowList, selectRows, toRowList } from './select-rows.js';
import { firstMs, lastMs } from './windows.js';

/** Parts whose times overlap, and for each its rows that count. */
interface TimeGroup {
  parts: Part[];
  lists: RowList[];
}

/** Rows of the lists, one list after the other. */
function join({ parts, lists }: TimeGroup, numberOf: (part: Part, at: number) => (row: number) => number): Uint32Array {
  const joined = new Uint32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const [at, part] of parts.entries()) {
    const number = numberOf(part, at);
    for (const row of lists[at]!) joined[end++] = number(row);
  }
  return joined;
}

const none = () => 0;

/** Ids of all parts, those of each after those of the parts before it; `first` is how many these are. */
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

/** Where their milliseconds are to be counted from. @throws Error when 32 bits do not hold them. */
function startOf(parts: Part[]): number {
  const startMs = Math.min(...parts.map((part) => part.startMs));
  if (Math.max(...parts.map(lastMs)) - startMs >= 2 ** 32) throw new Error('parts in a row are too long for one');
  return startMs;
}

/** Rows in the order of visitor and time: parts never have events of the same millisecond, since an interval is in one of them. */
function mergeGroup(group: TimeGroup): Part {
  const startMs = startOf(group.parts);
  const { sessionIds, first } = joinSessions(group.parts);
  const column = (name: string) =>
    join(group, ({ columns }) => {
      const list = columns.get(name);
      return list ? (row) => list[row]! : none;
    });
  const time = join(group, (part) => {
    const list = part.columns.get('time');
    const later = part.startMs - startMs;
    return (row) => later + (list ? list[row]! : 0);
  });
  const session = join(group, ({ columns }, at) => {
    const list = columns.get('session');
    return list ? (row) => (list[row] === 0 ? 0 : first[at]! + list[row]!) : none;
  });
  const order = orderRows([column('visitor'), time]);
  const ordered = (list: Uint32Array) => inOrder(list, order);
  const names = new Set(group.parts.flatMap(({ columns }) => [...columns.keys()]));
  const columns = new Map<string, Numbers>();
  for (const name of names) if (name !== 'time' && name !== 'session') columns.set(name, ordered(column(name)));
  columns.set('time', ordered(time)).set('session', ordered(session));
  return { rows: order.length, startMs, columns, sessionIds };
}

/** Parts in groups that follow each other in time. */
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

/** The same events in parts that follow each other in time: late events lie in parts of their own, among the others. */
export function mergeOverlappingParts(parts: Part[]): Part[] {
  return groupByTime(parts).map((group) => {
    if (group.parts.length === 1) return group.parts[0]!;
    const lists = group.parts.map((part) => toRowList(part, selectRows(part, undefined, 'all')));
    return mergeGroup({ ...group, lists });
  });
}
