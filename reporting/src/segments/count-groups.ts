/** Counts events, visitors and visits of groups of rows: the kernel of queries. */
import { type CountedVisits, countVisits } from './count-visits.js';
import { countDistinct, countIds, type GroupedIds } from './distinct-pairs.js';
import { createGrouper, type GroupKey } from './group-rows.js';
import { type Cancellation, type Part, throwIfCancelled } from './part.js';
import { type FilterPlan, type RowList, rowsOfVisitors, selectRows } from './select-rows.js';
import { type VisitTask, withVisits } from './visit-columns.js';
import { clipWindows } from './walk-rows.js';

/** What is counted besides events; codes are of column `event_type`. */
export interface CountPlan {
  filter?: FilterPlan;
  keys: GroupKey[];
  /** Undefined when views are not wanted. */
  viewCode?: number;
  /** Each has a count of its own. */
  typeCodes: number[];
  withVisitors: boolean;
  /** Visitors with a view, and their views. */
  withViewers: boolean;
  /** Visitors of all groups together. */
  withAll: boolean;
  /** Undefined where nothing is asked about visits. */
  visits?: VisitTask & {
    isCounted: boolean;
    withMedian: boolean;
    /** Parts reach beyond the range, so that visits are whole: events count in these milliseconds since 1970. */
    range: [from: number, to: number];
  };
}

export interface CountTask {
  kind: 'count';
  parts: Part[];
  plan: CountPlan;
  /** Of visitors from the first to before the second. */
  visitors: [from: number, to: number];
  lastVisitor: number;
  cancellation: Cancellation;
}

/** Groups that have events; each list has a number for each of them. */
export interface CountedGroups {
  /** For each key a list of buckets or codes. */
  keys: Uint32Array[];
  events: Uint32Array;
  views: Uint32Array;
  ofTypes: Uint32Array[];
  visitors: Uint32Array;
  viewers: Uint32Array;
  viewsOfVisitors: Uint32Array;
  ofVisits?: CountedVisits;
  /** Visitors of all groups together. */
  all: number;
}

interface Selected {
  part: Part;
  list: RowList;
  groups: Uint32Array;
}

function idsOf({ part, list }: Selected, column: string): Uint32Array {
  const numbers = part.columns.get(column);
  const ids = new Uint32Array(list.length);
  if (numbers) for (let at = 0; at < list.length; at += 1) ids[at] = numbers[list[at]!]!;
  return ids;
}

/** Adds up `counts[group]` over rows, of those whose event type has `code` where one is given. */
function countRows(selected: Selected[], size: number, code?: number): Uint32Array {
  const counts = new Uint32Array(size);
  for (const { part, list, groups } of selected) {
    const types = code === undefined ? undefined : part.columns.get('event_type');
    if (types === undefined) {
      if (code === undefined) for (let at = 0; at < groups.length; at += 1) counts[groups[at]!]! += 1;
      continue;
    }
    for (let at = 0; at < groups.length; at += 1) if (types[list[at]!] === code) counts[groups[at]!]! += 1;
  }
  return counts;
}

/** Rows of views by visitors who are known. */
function viewsOnly(selected: Selected[], code: number): Selected[] {
  return selected.map(({ part, list, groups }) => {
    const types = part.columns.get('event_type');
    const visitor = part.columns.get('visitor');
    const kept = { list: new Uint32Array(list.length), groups: new Uint32Array(list.length) };
    let count = 0;
    for (let at = 0; types && visitor && at < list.length; at += 1) {
      const row = list[at]!;
      if (types[row] !== code || visitor[row] === 0) continue;
      kept.list[count] = row;
      kept.groups[count++] = groups[at]!;
    }
    return { part, list: kept.list.subarray(0, count), groups: kept.groups.subarray(0, count) };
  });
}

const grouped = (selected: Selected[], column: string): GroupedIds[] =>
  selected.map((rows) => ({ groups: rows.groups, ids: idsOf(rows, column) }));

function presentGroups(events: Uint32Array): Uint32Array {
  const present = new Uint32Array(events.length);
  let count = 0;
  for (let group = 0; group < events.length; group += 1) if (events[group]! > 0) present[count++] = group;
  return present.subarray(0, count);
}

/** Without numbers the groups where nothing is. */
function compactVisits({ durations, duration, ...counts }: CountedVisits, present: Uint32Array): CountedVisits {
  const at = (list: Uint32Array) => present.map((group) => list[group]!);
  return {
    ...{ visits: at(counts.visits), bounces: at(counts.bounces), views: at(counts.views) },
    duration: Float64Array.from(present, (group) => duration[group]!),
    ...(durations && { durations: Array.from(present, (group) => durations[group]!) }),
  };
}

/** Rows that count, of parts whose visits are numbered where something is asked about them. */
function selectParts({ parts, plan, visitors, lastVisitor, cancellation }: CountTask) {
  const numbered = plan.visits && withVisits(parts, visitors, lastVisitor, plan.visits);
  const rows = (numbered?.parts ?? parts).map((part) => {
    throwIfCancelled(cancellation);
    const clipped = plan.visits ? clipWindows(part, plan.visits.range) : part;
    const list = clipped ? rowsOfVisitors(part, ...visitors) : new Uint32Array();
    return { part, list: selectRows(clipped ?? part, plan.filter, list) };
  });
  return { rows, visits: numbered?.visits };
}

export function countGroups(task: CountTask): CountedGroups {
  const { plan } = task;
  const grouper = createGrouper(plan.keys);
  const { rows, visits } = selectParts(task);
  const selected = rows.map(({ part, list }): Selected => ({ part, list, groups: grouper.groupsOf(part, list) }));
  const size = grouper.size();
  const none = new Uint32Array();
  const events = countRows(selected, size);
  const present = presentGroups(events);
  const compact = (counts: Uint32Array) => present.map((group) => counts[group]!);
  const viewing = plan.withViewers ? viewsOnly(selected, plan.viewCode!) : [];
  const keys = plan.keys.map(() => new Uint32Array(present.length));
  for (const [at, group] of present.entries()) {
    for (const [key, value] of grouper.keysOf(group).entries()) keys[key]![at] = value;
  }
  return {
    keys,
    events: compact(events),
    views: plan.viewCode === undefined ? none : compact(countRows(selected, size, plan.viewCode)),
    ofTypes: plan.typeCodes.map((code) => compact(countRows(selected, size, code))),
    visitors: plan.withVisitors ? compact(countDistinct(grouped(selected, 'visitor'), size)) : none,
    viewers: plan.withViewers ? compact(countDistinct(grouped(viewing, 'visitor'), size)) : none,
    viewsOfVisitors: plan.withViewers ? compact(countRows(viewing, size)) : none,
    ...(visits &&
      plan.visits?.isCounted && {
        ofVisits: compactVisits(countVisits(grouped(selected, 'visit'), size, visits, plan.visits.withMedian), present),
      }),
    all: plan.withAll ? countIds(grouped(selected, 'visitor')) : 0,
  };
}
