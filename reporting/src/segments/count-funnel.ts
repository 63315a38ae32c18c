import type { Numbers } from '@millrace/shared/segments/number-block';
import { createTally, type FunnelTally } from '../funnel/tally-funnel.js';
import { type FunnelRules, type FunnelWalk, walkFunnel } from '../funnel/walk-funnel.js';
import type { IdBlock } from './id-blocks.js';
import { maskSteps } from './mask-steps.js';
import { mergeOverlappingParts } from './merge-overlapping-parts.js';
import { type Part, type SharedTask, throwIfCancelled } from './part.js';
import { type FilterPlan, type Rows, selectRows, toRowList } from './select-rows.js';
import { noCodes } from './shared-arrays.js';
import { addVisitColumns, type VisitTask } from './visit-columns.js';
import { blockVisitors, type ListedRows, visitorBlocks } from './visitor-blocks.js';
import { clipWindows } from './windows.js';

export interface FunnelPlan extends FunnelRules {
  filter?: FilterPlan;
  /** One for each step. */
  filters: FilterPlan[];
  /** Milliseconds since 1970 in which events count. */
  range: [from: number, to: number];
  /** Undefined when the funnel does not use visits. */
  visits?: VisitTask;
  /** All steps must be in one visit. */
  byVisit: boolean;
  /** Groups users by the value of a column at their first step. */
  breakdown?: { column: string; same?: Uint32Array };
}

export interface FunnelTask extends SharedTask {
  kind: 'funnel';
  plan: FunnelPlan;
}

/** Rows of a part that match at least one step. */
interface MatchedRows extends ListedRows {
  /** For each row, a bit for each step it matches. */
  masks: Uint8Array;
  visitors: Numbers;
  time: Numbers;
  micros: Numbers;
  /** Absent when the steps can be in several visits. */
  visits: Numbers | undefined;
  /** Absent without a breakdown. */
  values: Numbers | undefined;
}

function matchedRows(part: Part, rows: Rows, { filters, byVisit, breakdown }: FunnelPlan): MatchedRows {
  const masks = maskSteps(part, filters, rows);
  const list = toRowList(part, rows);
  const kept = new Uint32Array(list.length);
  let count = 0;
  for (let at = 0; at < list.length; at += 1) {
    const mask = masks[at]!;
    kept[count] = list[at]!;
    masks[count] = mask;
    count += Number(mask !== 0);
  }
  const column = (name: string): Numbers => part.columns.get(name) ?? noCodes(part.rows);
  return {
    ...{ part, rows: kept.subarray(0, count), masks, visitors: column('visitor'), time: column('time') },
    ...{ micros: column('micros'), visits: byVisit ? column('visit') : undefined },
    values: breakdown && column(breakdown.column),
  };
}

/** The matching events of a block of visitors, grouped by visitor and ordered by time. */
interface BlockEvents {
  /** For each visitor, the end of the events stored so far. */
  ends: Uint32Array;
  /** Visitors who never match the first step reach no step, so their events are left out. */
  hasStarted: Uint8Array;
  times: Float64Array;
  steps: Uint8Array;
  /** Only filled when the steps must be in one visit, and when there is a breakdown. */
  visits: Uint32Array;
  values: Uint32Array;
}

const createEvents = (): BlockEvents => ({
  ...{ ends: new Uint32Array(blockVisitors + 1), hasStarted: new Uint8Array(blockVisitors) },
  ...{ times: new Float64Array(), steps: new Uint8Array(), visits: new Uint32Array(), values: new Uint32Array() },
});

/** Finds the visitors who match the first step, and computes where the events of each begin. Returns the number of events. */
function countEvents({ ends, hasStarted }: BlockEvents, lists: MatchedRows[], { first, from, to }: IdBlock): number {
  hasStarted.fill(0);
  ends.fill(0);
  for (const [at, { rows, masks, visitors }] of lists.entries()) {
    for (let place = from[at]!; place < to[at]!; place += 1) {
      const number = visitors[rows[place]!]! - first;
      hasStarted[number]! |= masks[place]! & 1;
      ends[number + 1]! += 1;
    }
  }
  for (let number = 0; number < blockVisitors; number += 1) {
    ends[number + 1] = ends[number]! + (hasStarted[number] === 1 ? ends[number + 1]! : 0);
  }
  return ends[blockVisitors]!;
}

function ensureCapacity(events: BlockEvents, count: number, { byVisit, breakdown }: FunnelPlan): void {
  if (count <= events.times.length) return;
  events.times = new Float64Array(2 * count);
  events.steps = new Uint8Array(2 * count);
  if (byVisit) events.visits = new Uint32Array(2 * count);
  if (breakdown) events.values = new Uint32Array(2 * count);
}

/** Stores the events of a part with those of their visitor. Parts must come in the order of time. */
function placeEvents(events: BlockEvents, matched: MatchedRows, first: number, from: number, to: number): void {
  const { part, rows, masks, visitors, time, micros, visits: ofVisits, values: ofValues } = matched;
  const { ends, hasStarted, times, steps, visits, values } = events;
  const start = part.startMs * 1_000;
  for (let at = from; at < to; at += 1) {
    const row = rows[at]!;
    const number = visitors[row]! - first;
    if (hasStarted[number] === 0) continue;
    const next = ends[number]!;
    ends[number] = next + 1;
    times[next] = start + time[row]! * 1_000 + micros[row]!;
    steps[next] = masks[at]!;
    if (ofVisits) visits[next] = ofVisits[row]!;
    if (ofValues) values[next] = ofValues[row]!;
  }
}

/** Passes the matching events of each block to `walk`. */
function createBlockWalk(walk: FunnelWalk, plan: FunnelPlan) {
  const { byVisit, breakdown } = plan;
  const same = breakdown?.same;
  const events = createEvents();
  return (lists: MatchedRows[], block: IdBlock): void => {
    ensureCapacity(events, countEvents(events, lists, block), plan);
    const { first, from, to } = block;
    for (const [at, matched] of lists.entries()) placeEvents(events, matched, first, from[at]!, to[at]!);
    const { ends, times, steps, visits, values } = events;
    let at = 0;
    for (let number = 0; number < blockVisitors; number += 1) {
      for (; at < ends[number]!; at += 1) {
        const value = breakdown ? values[at]! : 0;
        walk.add(byVisit ? visits[at]! : first + number, times[at]!, steps[at]!, same ? same[value]! : value);
      }
    }
  };
}

export function countFunnel(task: FunnelTask): FunnelTally {
  const { plan, cancellation } = task;
  const inTime = mergeOverlappingParts(task.parts);
  const parts = plan.visits ? addVisitColumns(inTime, plan.visits).parts : inTime;
  const lists = parts.flatMap((part) => {
    throwIfCancelled(cancellation);
    const clipped = clipWindows(part, plan.range);
    return clipped ? [matchedRows(part, selectRows(clipped, plan.filter, 'all'), plan)] : [];
  });
  const { add, tally } = createTally(plan.steps, plan.breakdown !== undefined);
  const walk = walkFunnel(plan, add);
  const walkBlock = createBlockWalk(walk, plan);
  for (const block of visitorBlocks(lists)) {
    throwIfCancelled(cancellation);
    walkBlock(lists, block);
  }
  walk.end();
  return tally();
}
