/** Parses the parameters of `GET /api/v1/retention`. */
import type { ServiceError } from '@millrace/shared/platform/errors';
import { parseQuery, type QueryRequest } from '../query-request/parse-query.js';
import { queryFromParameters } from '../query-request/query-parameters.js';
import { refusal } from '../query-request/refuse.js';
import type { Period } from './cohort-periods.js';

export interface RetentionRequest {
  period: Period;
  /** Site, range and time zone. */
  scope: QueryRequest;
}

/** A little over two years of weeks. The work grows with the square of it. */
export const maxPeriods = 120;

const names = ['site_id', 'period', 'date_range', 'timezone', 'week_start'];

const periodRule = 'must be week or month; POST /api/v1/retention also takes day';

export const tooManyPeriods = (period: Period): ServiceError =>
  refusal(['date_range'], `must span at most ${maxPeriods} ${period}s`);

/** `date_range` is written as in `GET /api/v1/query`. @throws ServiceError `invalid_request`. */
export function parseRetention(query: Record<string, unknown>): RetentionRequest {
  const unknown = Object.keys(query).find((name) => !names.includes(name));
  if (unknown !== undefined) throw refusal([unknown], 'is not a parameter of retention');
  const { period, ...rest } = query;
  if (period !== 'week' && period !== 'month') {
    throw refusal(['period'], period === undefined ? 'is required: week or month' : periodRule);
  }
  return { period, scope: parseQuery({ ...queryFromParameters(rest), metrics: ['visitors'] }) };
}
