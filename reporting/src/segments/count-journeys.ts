/** Counts the paths that visits take from step to step. */
import { orderRows } from '@millrace/shared/segments/order-rows';
import type { StepDimension } from '../journeys/journey.js';
import { mergeOverlappingParts } from './merge-overlapping-parts.js';
import type { NumberedVisits } from './number-visits.js';
import { type Part, type SharedTask, throwIfCancelled } from './part.js';
import type { VisitSelection } from './select-parts.js';
import { type FilterPlan, maskOf, type RowList, selectRows, toRowList } from './select-rows.js';
import { createTupleIds } from './tuple-ids.js';
import { addVisitColumns } from './visit-columns.js';
import { clipWindows } from './windows.js';

export interface JourneysPlan {
  /** Matches the events that are steps. */
  filter?: FilterPlan;
  visits: VisitSelection;
  mark?: { at: 'start' | 'end'; filter: FilterPlan };
  steps: number;
  column: StepDimension;
}

export interface JourneysTask extends SharedTask {
  kind: 'journeys';
  plan: JourneysPlan;
}

/** The distinct paths; `visits` and `visitors` have one entry per path. */
export interface CountedJourneys {
  /** The codes of the steps, path by path; 0 where a path is shorter. */
  codes: Uint32Array;
  visits: Uint32Array;
  visitors: Uint32Array;
  total: { visits: number; visitors: number };
}

/** The path of each visit as the codes of its steps, visit by visit. */
interface VisitPaths {
  codes: Uint32Array;
  lengths: Uint8Array;
}

/** Called with the steps of each visit in the order of time. */
type OnStep = (visit: number, code: number, isMarked: boolean) => void;

/** Records the steps from the first marked one on. */
function createForward(steps: number, visits: number): { paths: VisitPaths; onStep: OnStep } {
  const codes = new Uint32Array((visits + 1) * steps);
  const lengths = new Uint8Array(visits + 1);
  const onStep: OnStep = (visit, code, isMarked) => {
    const length = lengths[visit]!;
    if (length === steps || (length === 0 && !isMarked)) return;
    const place = visit * steps + length;
    if (length > 0 && codes[place - 1] === code) return;
    codes[place] = code;
    lengths[visit] = length + 1;
  };
  return { paths: { codes, lengths }, onStep };
}

/** Records the last steps up to the last marked one of each visit. */
function createBackward(steps: number, visits: number): { paths: VisitPaths; onStep: OnStep } {
  const latest = new Uint32Array((visits + 1) * steps);
  const codes = new Uint32Array((visits + 1) * steps);
  const lengths = new Uint8Array(visits + 1);
  const before = new Uint8Array(visits + 1);
  const onStep: OnStep = (visit, code, isMarked) => {
    const [place, end] = [visit * steps, (visit + 1) * steps];
    if (before[visit] === 0 || latest[end - 1] !== code) {
      for (let at = place + 1; at < end; at += 1) latest[at - 1] = latest[at]!;
      latest[end - 1] = code;
      before[visit] = 1;
    }
    if (!isMarked) return;
    for (let at = place; at < end; at += 1) codes[at] = latest[at]!;
    lengths[visit] = steps;
  };
  return { paths: { codes, lengths }, onStep };
}

function walk(part: Part, rows: RowList, plan: JourneysPlan, onStep: OnStep): void {
  const codes = part.columns.get(plan.column);
  const visits = part.columns.get('visit')!;
  const marked = plan.mark && maskOf(part, plan.mark.filter, rows);
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at]!;
    const visit = visits[row]!;
    if (visit !== 0) onStep(visit, codes ? codes[row]! : 0, marked === undefined || marked[at] === 1);
  }
}

function countPaths(
  { codes, lengths }: VisitPaths,
  { visitor, count }: NumberedVisits,
  steps: number,
): CountedJourneys {
  const numbers = createTupleIds(steps);
  const byVisitor = orderRows([visitor.subarray(0, count + 1)]);
  const pathOf = new Int32Array(count + 1).fill(-1);
  for (let visit = 1; visit <= count; visit += 1) {
    if (lengths[visit]! > 0) pathOf[visit] = numbers.idOf(codes, visit * steps);
  }
  const [visits, visitors, last] = [0, 1, 2].map(() => new Uint32Array(numbers.size())) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const total = { visits: 0, visitors: 0 };
  let lastVisitor = 0;
  for (const visit of byVisitor) {
    const path = pathOf[visit]!;
    if (path === -1) continue;
    visits[path]! += 1;
    total.visits += 1;
    if (last[path] !== visitor[visit]) visitors[path]! += 1;
    last[path] = visitor[visit]!;
    if (lastVisitor !== visitor[visit]) total.visitors += 1;
    lastVisitor = visitor[visit]!;
  }
  return { codes: numbers.codes(), visits, visitors, total };
}

/** Parts must extend beyond the range so that visits are complete. */
export function countJourneys(task: JourneysTask): CountedJourneys {
  const { plan, cancellation } = task;
  const { parts, visits } = addVisitColumns(mergeOverlappingParts(task.parts), plan.visits);
  throwIfCancelled(cancellation);
  const create = plan.mark?.at === 'end' ? createBackward : createForward;
  const { paths, onStep } = create(plan.steps, visits.count);
  for (const part of parts) {
    throwIfCancelled(cancellation);
    const clipped = clipWindows(part, plan.visits.range);
    if (!clipped) continue;
    const rows = toRowList(part, selectRows(clipped, plan.filter, 'all'));
    walk(part, rows, plan, onStep);
  }
  return countPaths(paths, visits, plan.steps);
}

/** Adds up the counts of several threads, each of which counted different visitors. */
export function addJourneys(steps: number, lists: CountedJourneys[]): CountedJourneys {
  if (lists.length === 1) return lists[0]!;
  const numbers = createTupleIds(steps);
  const paths = lists.map(({ codes, visits }) => visits.map((_, at) => numbers.idOf(codes, at * steps)));
  const [visits, visitors] = [new Uint32Array(numbers.size()), new Uint32Array(numbers.size())];
  const total = { visits: 0, visitors: 0 };
  for (const [thread, list] of lists.entries()) {
    for (const [at, path] of paths[thread]!.entries()) {
      visits[path]! += list.visits[at]!;
      visitors[path]! += list.visitors[at]!;
    }
    total.visits += list.total.visits;
    total.visitors += list.total.visitors;
  }
  return { codes: numbers.codes(), visits, visitors, total };
}
