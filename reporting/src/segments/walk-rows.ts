/** Goes through rows of parts visitor by visitor, and the events of each in the order of time. */
import type { Part } from './part.js';
import { type FilterPlan, listOf, type RowList, rowsOfVisitors, selectRows } from './select-rows.js';

/** Parts whose times overlap; groups follow each other in time. */
export interface TimeGroup {
  parts: Part[];
  /** For each part its rows that count. */
  lists: RowList[];
}

const firstMs = ({ startMs, windows }: Part) => windows?.[0] ?? startMs;

/** The last instant that the part's events may have; they may be in any order of time. */
export function lastMs({ startMs, endMs, rows, columns }: Part): number {
  if (endMs !== undefined) return endMs - 1;
  const time = columns.get('time');
  let last = 0;
  for (let row = 0; time && row < rows; row += 1) if (time[row]! > last) last = time[row]!;
  return startMs + last;
}

/** Whether parts, in the order of their starts, follow each other in time. */
export const areSequential = (parts: Part[]): boolean =>
  parts.every((part, at) => at === 0 || lastMs(parts[at - 1]!) < part.startMs);

/** The part with windows that lie in a range of milliseconds; undefined when nothing of it does. */
export function clipWindows(part: Part, [from, to]: readonly [number, number]): Part | undefined {
  const bounds = part.windows ?? [part.startMs, lastMs(part) + 1];
  const windows: number[] = [];
  for (let at = 0; at < bounds.length; at += 2) {
    const [start, end] = [Math.max(from, bounds[at]!), Math.min(to, bounds[at + 1]!)];
    if (start < end) windows.push(start, end);
  }
  return windows.length === 0 ? undefined : { ...part, windows };
}

/** Rows of visitors from the first to before the second that fit, in groups. */
export function groupByTime(parts: Part[], [from, to]: readonly [number, number], filter?: FilterPlan): TimeGroup[] {
  const groups: TimeGroup[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const part of [...parts].sort((a, b) => firstMs(a) - firstMs(b))) {
    const list = listOf(part, selectRows(part, filter, rowsOfVisitors(part, from, to)));
    const group = groups.at(-1);
    if (group && firstMs(part) <= end) {
      group.parts.push(part);
      group.lists.push(list);
    } else groups.push({ parts: [part], lists: [list] });
    end = Math.max(end, lastMs(part));
  }
  return groups;
}

/** `place` is the one of the row in the list of the part. */
export type OnRow = (part: number, row: number, visitor: number, place: number) => void;

function walkOne(part: number, { columns }: Part, list: RowList, onRow: OnRow): void {
  const visitors = columns.get('visitor');
  if (!visitors) return;
  for (let place = 0; place < list.length; place += 1) {
    const row = list[place]!;
    if (visitors[row] !== 0) onRow(part, row, visitors[row]!, place);
  }
}

/** Parts of a group never have events of the same millisecond, since an interval is in one of them. */
function walkSeveral({ parts, lists }: TimeGroup, onRow: OnRow): void {
  const places = parts.map(() => 0);
  const visitorAt = (part: number) => {
    const row = lists[part]![places[part]!];
    return row === undefined ? Number.POSITIVE_INFINITY : (parts[part]!.columns.get('visitor')?.[row] ?? 0);
  };
  const msAt = (part: number) => {
    const { startMs, columns } = parts[part]!;
    return startMs + (columns.get('time')?.[lists[part]![places[part]!]!] ?? 0);
  };
  for (;;) {
    let next = -1;
    let visitor = Number.POSITIVE_INFINITY;
    for (let part = 0; part < parts.length; part += 1) {
      const here = visitorAt(part);
      if (here > visitor || here === Number.POSITIVE_INFINITY) continue;
      if (here < visitor || msAt(part) < msAt(next)) next = part;
      visitor = here;
    }
    if (next === -1) return;
    if (visitor !== 0) onRow(next, lists[next]![places[next]!]!, visitor, places[next]!);
    places[next]! += 1;
  }
}

/** Events without a visitor are left out. */
export function walkGroup(group: TimeGroup, onRow: OnRow): void {
  if (group.parts.length === 1) walkOne(0, group.parts[0]!, group.lists[0]!, onRow);
  else walkSeveral(group, onRow);
}
