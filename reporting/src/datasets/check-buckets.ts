import { ServiceError } from '@millrace/shared/errors';
import { isFoldedUnit } from '../query-request/fold-time.js';
import { refusal } from '../query-request/refuse.js';
import { timeBuckets } from '../query-request/time-buckets.js';
import type { DatasetContext } from './dataset.js';
import type { DatasetRequest } from './parse-dataset.js';

/** Before anything is read or put down. @throws ServiceError `invalid_request` for a range with more rows of a unit of time than are answered. */
export function checkBuckets({
  dataset,
  params,
  range,
  timezone,
  weekStart,
}: Pick<DatasetRequest, 'dataset' | 'params' | 'weekStart'> & Pick<DatasetContext, 'range' | 'timezone'>): void {
  const unit = dataset.timeUnit?.(params);
  if (unit === undefined || isFoldedUnit(unit)) return;
  try {
    timeBuckets(unit, range, timezone, weekStart);
  } catch (error) {
    if (Object.hasOwn(dataset.params, 'dimensions') || !(error instanceof ServiceError)) throw error;
    // Its sender named no dimension.
    throw refusal(['date_range'], error.message.replace(/^dimensions /, ''));
  }
}
