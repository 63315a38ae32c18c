/** Counts how far visitors, or visits, get in a funnel. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { createTally, type FunnelTally } from '../funnel/tally-funnel.js';
import { type FunnelRules, walkFunnel } from '../funnel/walk-funnel.js';
import { maskSteps } from './mask-steps.js';
import { type Part, type SharedTask, throwIfCancelled } from './part.js';
import { type FilterPlan, listOf, type Rows, rowsOfVisitors, selectRows } from './select-rows.js';
import { inSequence } from './sequence-parts.js';
import { type VisitTask, withVisits } from './visit-columns.js';
import { type Block, blockVisitors, type ListedRows, visitorBlocks } from './visitor-blocks.js';
import { clipWindows } from './windows.js';

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

/** Rows of a part that match a step, with what is needed of each. */
interface MatchedRows extends ListedRows {
  /** For each of the rows a bit for each step. */
  masks: Uint8Array;
  visitors: Numbers;
  /** Visitors or visits. */
  ids: Numbers;
  time: Numbers;
  micros: Numbers;
  values: Numbers;
}

function matchedRows(part: Part, rows: Rows, { filters, byVisit, breakdown }: FunnelPlan): MatchedRows {
  const masks = maskSteps(part, filters, rows);
  const list = listOf(part, rows);
  const kept = new Uint32Array(list.length);
  let count = 0;
  for (let at = 0; at < list.length; at += 1) {
    if (masks[at] === 0) continue;
    kept[count] = list[at]!;
    masks[count++] = masks[at]!;
  }
  const none = new Uint8Array(part.rows);
  const column = (name: string): Numbers => part.columns.get(name) ?? none;
  const visitors = column('visitor');
  return {
    ...{ part, rows: kept.subarray(0, count), masks, visitors, ids: byVisit ? column('visit') : visitors },
    ...{ time: column('time'), micros: column('micros'), values: breakdown ? column(breakdown.column) : none },
  };
}

/** Events of a block of visitors, those of each together and in the order of time. */
function createBlock() {
  let times = new Float64Array(1_024);
  let rows = new Uint32Array(1_024);
  /** Places in the list of parts, and in their rows. */
  let parts = new Uint32Array(1_024);
  const ends = new Uint32Array(blockVisitors + 1);
  const hasStarted = new Uint8Array(blockVisitors);

  /** Whoever does not match the first step reaches none. */
  function countEvents(lists: MatchedRows[], { visitor, from, to }: Block): number {
    hasStarted.fill(0);
    ends.fill(0);
    for (const [at, { rows: list, masks, visitors }] of lists.entries()) {
      for (let place = from[at]!; place < to[at]!; place += 1) {
        const number = visitors[list[place]!]! - visitor;
        hasStarted[number]! |= masks[place]! & 1;
        ends[number + 1]! += 1;
      }
    }
    for (let number = 0; number < blockVisitors; number += 1) {
      ends[number + 1] = ends[number]! + (hasStarted[number] === 1 ? ends[number + 1]! : 0);
    }
    return ends[blockVisitors]!;
  }

  return function eachEvent(
    lists: MatchedRows[],
    block: Block,
    onEvent: (matched: MatchedRows, place: number, time: number) => void,
  ): void {
    const count = countEvents(lists, block);
    if (count > times.length) {
      [times, rows, parts] = [new Float64Array(2 * count), new Uint32Array(2 * count), new Uint32Array(2 * count)];
    }
    const { visitor, from, to } = block;
    for (const [at, { part, rows: list, visitors, time, micros }] of lists.entries()) {
      const start = part.startMs * 1_000;
      for (let place = from[at]!; place < to[at]!; place += 1) {
        const row = list[place]!;
        const number = visitors[row]! - visitor;
        if (hasStarted[number] === 0) continue;
        const next = ends[number]!;
        ends[number] = next + 1;
        times[next] = start + time[row]! * 1_000 + micros[row]!;
        rows[next] = place;
        parts[next] = at;
      }
    }
    for (let at = 0; at < count; at += 1) onEvent(lists[parts[at]!]!, rows[at]!, times[at]!);
  };
}

export function countFunnel(task: FunnelTask): FunnelTally {
  const { plan, visitors, cancellation } = task;
  const inTime = inSequence(task.parts);
  const parts = plan.visits ? withVisits(inTime, visitors, plan.visits).parts : inTime;
  const lists = parts.flatMap((part) => {
    throwIfCancelled(cancellation);
    const clipped = clipWindows(part, plan.range);
    if (!clipped) return [];
    return [matchedRows(part, selectRows(clipped, plan.filter, rowsOfVisitors(part, ...visitors)), plan)];
  });
  const { tally, add } = createTally(plan.steps, plan.breakdown !== undefined);
  const walk = walkFunnel(plan, add);
  const same = plan.breakdown?.same;
  const eachEvent = createBlock();
  for (const block of visitorBlocks(lists)) {
    throwIfCancelled(cancellation);
    eachEvent(lists, block, ({ rows, masks, ids, values }, place, time) => {
      const row = rows[place]!;
      const value = values[row]!;
      walk.add(ids[row]!, time, masks[place]!, same ? same[value]! : value);
    });
  }
  walk.end();
  return tally;
}
