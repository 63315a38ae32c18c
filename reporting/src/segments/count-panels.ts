/** Counts for many questions about the same events: these are selected once, and each count is handed over as soon as it is there. */
import { type CountedGroups, type CountPlan, countSelected } from './count-groups.js';
import { gatherRows } from './gather-rows.js';
import { type Part, type SharedTask, throwIfCancelled } from './part.js';
import { selectParts, type VisitSelection } from './select-parts.js';
import { type FilterPlan, type Rows, rowsOfVisitors, selectRows } from './select-rows.js';

export interface PanelsTask extends SharedTask {
  kind: 'panels';
  /** Of all panels; each may have one of its own besides. */
  filter?: FilterPlan;
  panels: CountPlan[];
  /** What all panels together ask about visits. */
  visits?: VisitSelection;
}

export interface CountedPanel {
  /** Its place in the task. */
  panel: number;
  groups: CountedGroups;
}

function filtered(filter: FilterPlan | undefined): string[] {
  if (filter === undefined) return [];
  if (filter.op === 'in') return [filter.column];
  return filter.op === 'not' ? filtered(filter.filter) : filter.filters.flatMap(filtered);
}

function columnsOf({ keys, filter, viewCode, typeCodes, visits, ...plan }: CountPlan): Set<string> {
  const usesTypes = viewCode !== undefined || typeCodes.length > 0;
  const usesVisitors = plan.withVisitors || plan.withViewers || plan.withAll;
  return new Set([
    ...keys.map((key) => (key.by === 'time' ? 'time' : key.column)),
    ...filtered(filter),
    ...(usesTypes ? ['event_type'] : []),
    ...(usesVisitors ? ['visitor'] : []),
    ...(visits?.isCounted ? ['visit'] : []),
  ]);
}

/** The rows are those of a share of the visitors, and fit the filter of all panels. */
function rowsOf(part: Part, { filter }: CountPlan): Rows {
  return filter === undefined ? 'all' : selectRows(part, filter, rowsOfVisitors(part, 0, Number.POSITIVE_INFINITY));
}

/** @returns how many panels were counted. @throws CancelledError */
export function countPanels(task: PanelsTask, send: (counted: CountedPanel) => void): number {
  const { panels, cancellation } = task;
  const ofVisits = task.visits && { ...task.visits, isOrdered: true };
  const { rows: selected, visits } = selectParts(task, { ...task, ...(ofVisits && { visits: ofVisits }) });
  const needed = panels.map(columnsOf);
  const withTime = needed.some((columns) => columns.has('time'));
  const rows = gatherRows(selected, visits ? 'visit' : 'visitor', withTime);
  for (const [panel, plan] of panels.entries()) {
    throwIfCancelled(cancellation);
    const later = new Set(needed.slice(panel + 1).flatMap((columns) => [...columns]));
    const counted = rows.partsWith(needed[panel]!, later).map((part) => ({ part, rows: rowsOf(part, plan) }));
    send({ panel, groups: countSelected(counted, plan, visits) });
  }
  return panels.length;
}
