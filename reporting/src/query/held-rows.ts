/** Which rows of a dimension can be trusted, as of the state of its site. */
import { completeSince } from '@millrace/shared/rollups';
import { addDays, dayOf, dayStart } from '@millrace/shared/zone-days';
import type { RangeToCover } from './cover-range.js';
import type { RollupPlan } from './plan-rollup.js';
import type { RollupState } from './read-rollup-state.js';

export type HeldRows = Pick<RangeToCover, 'rowsSince' | 'intervalsSince' | 'markedDays'>;

/** The days that raw events tell wholly and rows do not yet: of the site's zone, up to `until`. */
function daysOfRaw(rawSince: Date, until: number, zone: string): string[] {
  const days: string[] = [];
  let day = dayOf(rawSince, zone);
  if (dayStart(day, zone) < rawSince) day = addDays(day, 1);
  for (; dayStart(day, zone).getTime() < until; day = addDays(day, 1)) days.push(day);
  return days;
}

/**
 * Where raw events were dropped, days of before hold whatever their dimension lacks since: they are all there is, though of the
 * rules of their time.
 */
export function heldRows(state: RollupState, dimension: RollupPlan['dimension'], end: number): HeldRows {
  const { rawSince, timezone, markedDays } = state;
  const rowsSince = completeSince(state.dimensionsSince, dimension);
  const intervalsSince = dimension === 'all' ? Number.NEGATIVE_INFINITY : state.detailSince.getTime();
  if (rawSince === null) return { rowsSince, intervalsSince, markedDays };
  return {
    rowsSince: Number.NEGATIVE_INFINITY,
    intervalsSince: Math.max(rowsSince, intervalsSince),
    markedDays: [...markedDays, ...daysOfRaw(rawSince, Math.min(rowsSince, end), timezone)],
  };
}
