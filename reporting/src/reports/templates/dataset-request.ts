/** What a report asks of its dataset, which is a range of days. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Dataset } from '../../datasets/dataset.js';
import { findDataset } from '../../datasets/datasets.js';
import { type DatasetRequest, parseDataset } from '../../datasets/parse-dataset.js';
import { periodTypeName } from '../../datasets/period-params.js';
import { daysIn } from '../../query-request/calendar.js';
import { refusal } from '../../query-request/refuse.js';
import type { TemplateFields } from './template.js';

const given = ['site_id', 'date_range', 'timezone'];
/** Up to a month is told day by day. */
const mostDays = 31;

/** Figures of now would stand below the date of last week. */
function checkReportable({ id, defaultRange, dependsOnClock }: Dataset): void {
  if (defaultRange !== undefined && !dependsOnClock) return;
  const instead = 'read it with /rows, export it, or choose activity-trends for the days of a period';
  throw refusal(['dataset'], `must be one of days that are over: ${id} has figures of now only; ${instead}`);
}

/** The periods of a dataset that has months unless it is asked for others; in a week they would be one row. */
function periodsOf({ params }: Dataset, [first, last]: [string, string]): Record<string, unknown> {
  const isByPeriod = params[periodTypeName]?.validate(undefined).value === 'month';
  return isByPeriod && daysIn(first, last) <= mostDays ? { [periodTypeName]: 'day' } : {};
}

/** What a report reads of its dataset. @throws ServiceError `invalid_request`, also for a dataset that is about now. */
export function datasetRequest(
  about: { siteId: string; dataset: string; params: Record<string, unknown> },
  range: { days: [string, string]; timezone?: string | undefined },
): DatasetRequest {
  const dataset = findDataset(about.dataset);
  checkReportable(dataset);
  const taken = given.find((name) => Object.hasOwn(about.params, name));
  if (taken !== undefined) throw refusal(['params', taken], 'follows from the report');
  return parseDataset(dataset, {
    ...periodsOf(dataset, range.days),
    ...about.params,
    site_id: about.siteId,
    date_range: range.days,
    ...(range.timezone !== undefined && { timezone: range.timezone }),
  });
}

/** @throws ServiceError `invalid_request`, also for a dataset that there is not. */
export function checkDataset({ dataset, params }: Pick<TemplateFields, 'dataset' | 'params'>): void {
  try {
    datasetRequest({ siteId: 'any', dataset, params }, { days: ['2026-01-01', '2026-01-01'] });
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'not_found')
      throw refusal(['dataset'], `is not known: ${error.message}`);
    throw error;
  }
}
