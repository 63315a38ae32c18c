/** The days or instants that rows are from, in words. */
import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import type { ResolvedDataset } from '../datasets/read-dataset.js';
import { describePeriod } from '../reports/describe-period.js';

/** Such as `1 to 7 June 2026 (Europe/Berlin)`; undefined for a dataset that takes no range. */
export function coveredPeriod({ dataset, range, days, timezone }: ResolvedDataset): string | undefined {
  if (dataset.defaultRange === undefined) return undefined;
  const isWholeDays =
    range.from.getTime() === dayStart(days.from, timezone).getTime() &&
    range.to.getTime() === dayStart(addDays(days.to, 1), timezone).getTime();
  if (isWholeDays) return `${describePeriod(days)} (${timezone})`;
  return `${range.from.toISOString()} to ${range.to.toISOString()}`;
}
