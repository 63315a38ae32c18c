/** Counts how far visitors, or visits, get in a funnel. */
import { orderRows } from '@millrace/shared/segments/order-rows';
import { createTally, type FunnelTally } from '../funnel/tally-funnel.js';
import { type FunnelRules, walkFunnel } from '../funnel/walk-funnel.js';
import { maskSteps } from './mask-steps.js';
import { type Part, type SharedTask, throwIfCancelled } from './part.js';
import { type FilterPlan, listOf, type RowList, type Rows, rowsOfVisitors, selectRows } from './select-rows.js';
import { type VisitTask, withVisits } from './visit-columns.js';
import { areSequential, clipWindows } from './walk-rows.js';

export interface FunnelPlan extends FunnelRules {
  filter?: FilterPlan;
  /** What the event of each step must match. */
  filters: FilterPlan[];
  /** Milliseconds since 1970 in which events count. */
  range: [from: number, to: number];
  /** Undefined where nothing is asked about visits. */
  visits?: VisitTask;
  /** Steps are of one visit. */
  byVisit: boolean;
  /** A column whose value at the first step users are told apart by. */
  breakdown?: { column: string; same?: Uint32Array };
}

export interface FunnelTask extends SharedTask {
  kind: 'funnel';
  plan: FunnelPlan;
}

/** Events that match a step, of one part. */
interface Matched {
  ids: Uint32Array;
  /** Microseconds since 1970. */
  times: Float64Array;
  masks: Uint8Array;
  values: Uint32Array;
}

/** Events without a visitor are of nobody. */
function keptRows(ids: ArrayLike<number> | undefined, list: RowList, masks: Uint8Array): RowList {
  const kept = new Uint32Array(list.length);
  let count = 0;
  for (let at = 0; ids && at < list.length; at += 1) {
    if (masks[at] !== 0 && ids[list[at]!] !== 0) kept[count++] = at;
  }
  return kept.subarray(0, count);
}

function matchedRows(part: Part, rows: Rows, plan: FunnelPlan): Matched {
  const { startMs, columns } = part;
  const masks = maskSteps(part, plan.filters, rows);
  const list = listOf(part, rows);
  const ids = columns.get(plan.byVisit ? 'visit' : 'visitor');
  const kept = keptRows(ids, list, masks);
  const [time, micros] = [columns.get('time'), columns.get('micros')];
  const codes = plan.breakdown && columns.get(plan.breakdown.column);
  const matched: Matched = {
    ids: new Uint32Array(kept.length),
    times: new Float64Array(kept.length),
    masks: new Uint8Array(kept.length),
    values: new Uint32Array(kept.length),
  };
  for (let place = 0; place < kept.length; place += 1) {
    const row = list[kept[place]!]!;
    matched.ids[place] = ids![row]!;
    matched.times[place] = (startMs + (time ? time[row]! : 0)) * 1_000 + (micros ? micros[row]! : 0);
    matched.masks[place] = masks[kept[place]!]!;
    const code = codes ? codes[row]! : 0;
    matched.values[place] = plan.breakdown?.same ? plan.breakdown.same[code]! : code;
  }
  return matched;
}

function joinMatched(lists: Matched[]): Matched {
  const length = lists.reduce((sum, { ids }) => sum + ids.length, 0);
  const joined: Matched = {
    ids: new Uint32Array(length),
    times: new Float64Array(length),
    masks: new Uint8Array(length),
    values: new Uint32Array(length),
  };
  let end = 0;
  for (const { ids, times, masks, values } of lists) {
    joined.ids.set(ids, end);
    joined.times.set(times, end);
    joined.masks.set(masks, end);
    joined.values.set(values, end);
    end += ids.length;
  }
  return joined;
}

/** By id and time. Within a part rows are in that order already. */
function inOrder({ ids, times }: Matched, first: number, isSequential: boolean): Uint32Array {
  if (isSequential) return orderRows([ids]);
  const sinceFirst = (part: (micros: number) => number) => Uint32Array.from(times, (time) => part(time - first));
  const high = sinceFirst((micros) => Math.floor(micros / 2 ** 32));
  const low = sinceFirst((micros) => micros % 2 ** 32);
  return orderRows([ids, high, low]);
}

export function countFunnel(task: FunnelTask): FunnelTally {
  const { plan, visitors, lastVisitor, cancellation } = task;
  const timed = [...task.parts].sort((a, b) => a.startMs - b.startMs);
  const parts = plan.visits ? withVisits(timed, visitors, lastVisitor, plan.visits).parts : timed;
  const lists = parts.map((part) => {
    throwIfCancelled(cancellation);
    const clipped = clipWindows(part, plan.range);
    return clipped
      ? matchedRows(part, selectRows(clipped, plan.filter, rowsOfVisitors(part, ...visitors)), plan)
      : undefined;
  });
  const matched = joinMatched(lists.filter((list) => list !== undefined));
  const { tally, add } = createTally(plan.steps, plan.breakdown !== undefined);
  const walk = walkFunnel(plan, add);
  for (const at of inOrder(matched, plan.range[0] * 1_000, areSequential(parts))) {
    walk.add(matched.ids[at]!, matched.times[at]!, matched.masks[at]!, matched.values[at]!);
  }
  walk.end();
  return tally;
}
