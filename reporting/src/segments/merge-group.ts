/** Parts whose times overlap, as one. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import type { Part } from './part.js';
import type { TimeGroup } from './walk-rows.js';

export interface MergedGroup {
  /** Its numbers of sessions are those that `numbers` made of them. */
  part: Part;
  /** All of its rows. */
  rows: Uint32Array;
  source: {
    /** For each row its place among the parts, and its row there. */
    parts: Uint32Array;
    rows: Uint32Array;
    /** Each number of a session as itself. */
    sessions: Uint32Array;
  };
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

/** In the order of visitor and time: parts never have events of the same millisecond, since an interval is in one of them. */
export function mergeGroup(group: TimeGroup, numbers: Uint32Array[]): MergedGroup {
  const startMs = Math.min(...group.parts.map((part) => part.startMs));
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
    return list ? (row) => numbers[at]![list[row]!]! : none;
  });
  const order = orderRows([column('visitor'), time]);
  const ordered = (list: Uint32Array) => inOrder(list, order);
  const others = ['visitor', 'micros', 'event_type', 'path'].map((name): [string, Numbers] => [
    name,
    ordered(column(name)),
  ]);
  const columns = new Map<string, Numbers>([...others, ['time', ordered(time)], ['session', ordered(session)]]);
  let lastSession = 0;
  for (const number of session) if (number > lastSession) lastSession = number;
  return {
    part: { rows: order.length, startMs, columns },
    rows: Uint32Array.from(order.keys()),
    source: {
      parts: ordered(join(group, (_, at) => () => at)),
      rows: ordered(join(group, () => (row) => row)),
      sessions: Uint32Array.from({ length: lastSession + 1 }, (_, number) => number),
    },
  };
}
