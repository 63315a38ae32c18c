/** Counts several plans over the same events, which are selected once; each count is sent as soon as it is ready. */
import { countSelected, type GroupCounts } from './count-groups.js';
import type { CountPlan } from './count-plan.js';
import { gatherRows } from './gather-rows.js';
import { type Part, type SharedTask, throwIfCancelled } from './part.js';
import { selectParts, type VisitSelection } from './select-parts.js';
import { type FilterPlan, filteredColumns, type Rows, selectRows } from './select-rows.js';
import { isVisitColumn } from './visit-columns.js';
import { countsWholeVisits, rowsOfVisits } from './visit-rows.js';

export interface PanelsTask extends SharedTask {
  kind: 'panels';
  /** Common to all panels; each can have its own in addition. */
  filter?: FilterPlan;
  panels: CountPlan[];
  /** What all panels together need of visits. */
  visits?: VisitSelection;
}

export interface CountedPanel {
  /** Index in the task. */
  panel: number;
  groups: GroupCounts;
}

function columnsOf({ keys, filter, viewCode, typeCodes, numbers, visits, ...plan }: CountPlan): Set<string> {
  const usesTypes = viewCode !== undefined || typeCodes.length > 0;
  const usesVisitors = plan.withVisitors || plan.withViewers || plan.withTotalVisitors;
  return new Set([
    ...keys.map((key) => (key.by === 'time' ? 'time' : key.column)),
    ...filteredColumns(filter),
    ...numbers.map(({ column }) => column),
    ...(usesTypes ? ['event_type'] : []),
    ...(usesVisitors ? ['visitor'] : []),
    ...(visits?.isCounted ? ['visit'] : []),
  ]);
}

/** The rows already match the common filter. */
function rowsOf(part: Part, { filter }: CountPlan): Rows {
  return filter === undefined ? 'all' : selectRows(part, filter, 'all');
}

/** Visit columns to add to the events: those of the filter, and of panels that count more than whole visits. */
function visitSelectionOf({ visits, filter, panels }: PanelsTask): VisitSelection | undefined {
  if (visits === undefined) return undefined;
  const rowColumns = panels.filter((plan) => !countsWholeVisits(plan)).flatMap((plan) => [...columnsOf(plan)]);
  return { ...visits, columns: [...new Set([...filteredColumns(filter), ...rowColumns].filter(isVisitColumn))] };
}

/** @returns how many panels were counted. @throws CancelledError */
export function countPanels(task: PanelsTask, send: (counted: CountedPanel) => void): number {
  const { panels, cancellation } = task;
  const visitSelection = visitSelectionOf(task);
  const { rows: selected, visits } = selectParts(task, { ...task, ...(visitSelection && { visits: visitSelection }) });
  const needed = panels.map((plan) => (countsWholeVisits(plan) ? new Set<string>() : columnsOf(plan)));
  const rows = gatherRows(selected);
  const visitRows = visits && rowsOfVisits(selected, visits, task.visits!.columns);
  for (const [panel, plan] of panels.entries()) {
    throwIfCancelled(cancellation);
    const later = new Set(needed.slice(panel + 1).flatMap((columns) => [...columns]));
    const parts = visitRows && countsWholeVisits(plan) ? [visitRows] : rows.partsWith(needed[panel]!, later);
    const counted = parts.map((part) => ({ part, rows: rowsOf(part, plan) }));
    send({ panel, groups: countSelected(counted, plan, visits) });
  }
  return panels.length;
}
