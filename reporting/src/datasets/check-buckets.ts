import { isFoldedUnit } from '../query-request/fold-time.js';
import { timeBuckets } from '../query-request/time-buckets.js';
import type { DatasetContext } from './dataset.js';
import type { DatasetRequest } from './parse-dataset.js';

type ResolvedParams = Pick<DatasetRequest, 'dataset' | 'params' | 'weekStart'> &
  Pick<DatasetContext, 'range' | 'timezone'>;

/** @throws ServiceError `invalid_request` if the range has more buckets than a response can have. */
export function checkBuckets({ dataset, params, range, timezone, weekStart }: ResolvedParams): void {
  const unit = dataset.timeUnit?.(params);
  if (unit === undefined || isFoldedUnit(unit)) return;
  const field = Object.hasOwn(dataset.params, 'dimensions') ? 'dimensions' : 'date_range';
  timeBuckets(unit, range, timezone, weekStart, field);
}
