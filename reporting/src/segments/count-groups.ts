import type { Numbers } from '@millrace/shared/segments/number-block';
import { countDistinct, countIds, type GroupedIds } from './count-distinct.js';
import { countEvents, countType } from './count-events.js';
import { countEventsAndVisitors, type EventAndVisitorCounts } from './count-events-and-visitors.js';
import { type CountedNumbers, compactNumbers, countNumbers, type NumberColumn } from './count-numbers.js';
import type { CountPlan } from './count-plan.js';
import { type CountedVisits, countVisits } from './count-visits.js';
import { createGrouper } from './group-rows.js';
import type { Part, SharedTask } from './part.js';
import { blockIdsFor } from './seen-ids.js';
import { selectParts } from './select-parts.js';
import { filteredColumns, pick, type Rows } from './select-rows.js';
import { taskUint32s } from './task-memory.js';
import { isVisitColumn } from './visit-columns.js';
import { countsWholeVisits, rowsOfVisits } from './visit-rows.js';
import type { Visits } from './visit-table.js';

export interface CountTask extends SharedTask {
  kind: 'count';
  plan: CountPlan;
}

/** The groups that have events; each list has one entry per group. */
export interface GroupCounts {
  /** For each key, the buckets or codes. */
  keys: Uint32Array[];
  events: Uint32Array;
  views: Uint32Array;
  typeCounts: Uint32Array[];
  visitors: Uint32Array;
  viewers: Uint32Array;
  viewsOfVisitors: Uint32Array;
  /** One for each number column of the plan. */
  numberStats: CountedNumbers[];
  visitStats?: CountedVisits;
  /** Distinct visitors of all groups together. */
  totalVisitors: number;
}

/** The rows of one part: the group of each, and the columns that are counted. */
interface GroupedRows {
  groups: Numbers;
  /** Absent when all are zero. */
  types: Numbers | undefined;
  visitors: Numbers | undefined;
  visits: Numbers | undefined;
}

/** The views that have a visitor. */
function viewsOnly(grouped: GroupedRows[], code: number): GroupedIds[] {
  return grouped.map(({ groups, types, visitors }) => {
    const kept = { groups: taskUint32s(groups.length), ids: taskUint32s(groups.length) };
    let count = 0;
    for (let at = 0; types && visitors && at < groups.length; at += 1) {
      if (types[at] !== code || visitors[at] === 0) continue;
      kept.groups[count] = groups[at]!;
      kept.ids[count++] = visitors[at]!;
    }
    return { groups: kept.groups.subarray(0, count), ids: kept.ids.subarray(0, count) };
  });
}

const byId = (grouped: GroupedRows[], column: 'visitors' | 'visits'): GroupedIds[] =>
  grouped.flatMap(({ groups, [column]: ids }) => (ids ? [{ groups, ids }] : []));

function presentGroups(events: Uint32Array): Uint32Array {
  const present = new Uint32Array(events.length);
  let count = 0;
  for (let group = 0; group < events.length; group += 1) if (events[group]! > 0) present[count++] = group;
  return present.subarray(0, count);
}

/** Keeps only the groups that are `present`. */
function compactVisits({ durations, duration, ...counts }: CountedVisits, present: Uint32Array): CountedVisits {
  const at = (list: Uint32Array) => present.map((group) => list[group]!);
  return {
    ...{ visits: at(counts.visits), bounces: at(counts.bounces), views: at(counts.views) },
    duration: Float64Array.from(present, (group) => duration[group]!),
    ...(durations && { durations: Array.from(present, (group) => durations[group]!) }),
  };
}

export function countGroups(task: CountTask): GroupCounts {
  const { plan } = task;
  const { filter, ...counted } = plan;
  if (!countsWholeVisits(counted)) {
    const { rows, visits } = selectParts(task, plan);
    return countSelected(rows, plan, visits);
  }
  const filterColumns = filteredColumns(filter);
  const { rows, visits } = selectParts(task, {
    ...plan,
    visits: { ...plan.visits!, columns: filterColumns.filter(isVisitColumn) },
  });
  const whole = rowsOfVisits(rows, visits!, plan.visits!.columns);
  return countSelected([{ part: whole, rows: 'all' }], plan, visits);
}

/** Counts visitors only if the plan needs them. */
function countWithVisitors(
  grouped: GroupedRows[],
  size: number,
  { withVisitors, viewCode }: CountPlan,
): EventAndVisitorCounts {
  const blockIds = blockIdsFor(size);
  const ofVisitors = withVisitors ? byId(grouped, 'visitors') : [];
  if (size === 1 || ofVisitors.length < grouped.length || blockIds === undefined) {
    return { ...countEvents(grouped, size, viewCode), visitors: countDistinct(ofVisitors, size) };
  }
  const lists = grouped.map(({ groups, types, visitors }) => ({ groups, types, ids: visitors! }));
  return countEventsAndVisitors(lists, viewCode ?? -1, size, blockIds);
}

/** Counts rows that already match the filter of the plan. */
export function countSelected(counted: { part: Part; rows: Rows }[], plan: CountPlan, visits?: Visits): GroupCounts {
  const grouper = createGrouper(plan.keys);
  const grouped = counted.map(({ part, rows }) => ({
    groups: grouper.groupsOf(part, rows),
    types: pick(part.columns.get('event_type'), rows),
    visitors: pick(part.columns.get('visitor'), rows),
    visits: pick(part.columns.get('visit'), rows),
  }));
  const size = grouper.size();
  const none = new Uint32Array();
  const { events, typeEvents: views, visitors } = countWithVisitors(grouped, size, plan);
  const present = presentGroups(events);
  const compact = (counts: Uint32Array) => present.map((group) => counts[group]!);
  const viewing = plan.withViewers ? viewsOnly(grouped, plan.viewCode!) : [];
  const keys = plan.keys.map(() => new Uint32Array(present.length));
  for (let at = 0; at < present.length; at += 1) {
    for (const [key, value] of grouper.keysOf(present[at]!).entries()) keys[key]![at] = value;
  }
  const numbersOf = (column: NumberColumn) => {
    const codes = counted.map(({ part, rows }) => pick(part.columns.get(column.column), rows));
    const lists = grouped.map(({ groups }, at) => ({ groups, codes: codes[at] }));
    return compactNumbers(countNumbers(lists, column, size), present);
  };
  const ofVisits = () => countVisits(byId(grouped, 'visits'), size, visits!, plan.visits!.withMedian);
  return {
    keys,
    events: compact(events),
    views: plan.viewCode === undefined ? none : compact(views),
    typeCounts: plan.typeCodes.map((code) => compact(countType(grouped, size, code))),
    visitors: plan.withVisitors ? compact(visitors) : none,
    viewers: plan.withViewers ? compact(countDistinct(viewing, size)) : none,
    viewsOfVisitors: plan.withViewers ? compact(countEvents(viewing, size, undefined).events) : none,
    numberStats: plan.numbers.map(numbersOf),
    ...(visits && plan.visits?.isCounted && { visitStats: compactVisits(ofVisits(), present) }),
    totalVisitors: plan.withTotalVisitors ? countIds(byId(grouped, 'visitors')) : 0,
  };
}
