import { ServiceError } from '@millrace/shared/platform/errors';
import type { Dataset } from '../../datasets/dataset.js';
import { findDataset } from '../../datasets/datasets.js';
import { type DatasetRequest, parseDataset } from '../../datasets/parse-dataset.js';
import { periodTypeName } from '../../datasets/period-params.js';
import { daysIn } from '../../query-request/calendar.js';
import { refusal } from '../../query-request/refuse.js';
import type { TemplateFields } from './template.js';

const reservedParams = ['site_id', 'date_range', 'timezone'];
/** Up to a month is reported day by day. */
const maxDaysByDay = 31;

/** Datasets of the current state would show today's numbers under last week's date. */
function checkReportable({ id, defaultRange, dependsOnClock }: Dataset): void {
  if (defaultRange !== undefined && !dependsOnClock) return;
  const instead = 'read it with /rows, export it, or use activity-trends for the days of a period';
  throw refusal(['dataset'], `must be one that covers past days, but ${id} only has the current state; ${instead}`);
}

/** Datasets by month would have a single row for a week, so short reports use days unless the template says otherwise. */
function periodsOf({ params }: Dataset, [first, last]: [string, string]): Record<string, unknown> {
  const isByPeriod = params[periodTypeName]?.validate(undefined).value === 'month';
  return isByPeriod && daysIn(first, last) <= maxDaysByDay ? { [periodTypeName]: 'day' } : {};
}

/** The dataset request of a report. @throws ServiceError `invalid_request`, also for a dataset of the current state. */
export function datasetRequest(
  about: { siteId: string; dataset: string; params: Record<string, unknown> },
  range: { days: [string, string]; timezone?: string | undefined },
): DatasetRequest {
  const dataset = findDataset(about.dataset);
  checkReportable(dataset);
  const reserved = reservedParams.find((name) => Object.hasOwn(about.params, name));
  if (reserved !== undefined) throw refusal(['params', reserved], 'must be omitted: the report sets it');
  return parseDataset(dataset, {
    ...periodsOf(dataset, range.days),
    ...about.params,
    site_id: about.siteId,
    date_range: range.days,
    ...(range.timezone !== undefined && { timezone: range.timezone }),
  });
}

/** @throws ServiceError `invalid_request`, also for an unknown dataset. */
export function checkDataset({ dataset, params }: Pick<TemplateFields, 'dataset' | 'params'>): void {
  try {
    datasetRequest({ siteId: 'any', dataset, params }, { days: ['2026-01-01', '2026-01-01'] });
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'not_found')
      throw refusal(['dataset'], `does not exist: ${error.message}`);
    throw error;
  }
}
