import type { GenerateReportData } from '@millrace/shared/contract/report-data';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Job } from '@millrace/shared/queue/queue';
import { dayOf } from '@millrace/shared/time/zone-days';
import { UnrecoverableError } from 'bullmq';
import { findDataset } from '../datasets/datasets.js';
import type { FormatId } from '../exports/formats/format.js';
import { unknownSite } from '../sites/check-known-site.js';
import { dueAt, sitesOf } from './create-reports.js';
import { type Days, easternmost, hasBegun, periodOfSlot } from './report-period.js';
import { adoptReports, insertReport, newReport, reportsOfJob } from './report-rows.js';
import type { SiteOfPeriod } from './sites-of-period.js';

type ReportType = GenerateReportData['reportType'];

const types: Record<ReportType, { title: string; dataset: string; params?: Record<string, unknown> }> = {
  PROFILE_PERFORMANCE: { title: 'Profile performance', dataset: 'profile-performance' },
  REVENUE_SUMMARY: { title: 'Revenue summary', dataset: 'revenue-summary' },
  COST_ANALYSIS: { title: 'Cost analysis', dataset: 'cost-analysis', params: { by: 'both' } },
  ENGAGEMENT_METRICS: { title: 'Engagement metrics', dataset: 'engagement-metrics' },
};

/** @throws UnrecoverableError if the dataset cannot be limited to profiles: the report would include others. */
function paramsOf(type: ReportType, profileIds: string[] | undefined): Record<string, unknown> {
  const { dataset, params = {} } = types[type];
  if (profileIds === undefined) return params;
  const known = findDataset(dataset).params;
  if (Object.hasOwn(known, 'profile_ids')) return { ...params, profile_ids: profileIds };
  if (Object.hasOwn(known, 'filters')) return { ...params, filters: [['is', 'profile', profileIds]] };
  throw new UnrecoverableError(`A report of type ${type} cannot be limited to profiles: omit profileIds.`);
}

function daysOf({ startDate, endDate, periodType }: GenerateReportData, at: Date, zone: string): Days {
  if (startDate !== undefined && endDate !== undefined) return { from: startDate, to: endDate };
  return periodOfSlot(at, periodType!, zone);
}

/** The requested file name. If the job covers all sites, the site is added to keep the names apart. */
function outputNameOf({ outputPath, site_id }: GenerateReportData, { siteId }: SiteOfPeriod): string | null {
  if (outputPath === undefined) return null;
  return site_id === undefined ? outputPath.replace(/(\.[^.]*)?$/, (ending) => `-${siteId}${ending}`) : outputPath;
}

/** Numeric ids come from the queue, which starts over when it is emptied, so they are unique only with the time. Other ids are unique. */
const identify = ({ id, timestamp }: Pick<Job, 'id' | 'timestamp'>) => ({
  jobId: id!,
  jobAddedAt: new Date(/^\d+$/.test(id!) ? timestamp : 0),
});

/** The sites where the days have begun. @throws UnrecoverableError if there is none. */
async function sitesOfJob(pool: Pool, data: GenerateReportData, at: Date, now: Date): Promise<SiteOfPeriod[]> {
  const daysIn = (zone: string) => daysOf(data, at, zone);
  const sites = await sitesOf(pool, { siteId: data.site_id ?? null, timezone: null }, daysIn);
  const begun = sites.filter(({ days, timezone }) => hasBegun(days, timezone, now));
  if (begun.length > 0) return begun;
  const first = sites[0] ?? { days: daysIn(easternmost), timezone: easternmost };
  if (hasBegun(first.days, first.timezone, now)) return [];
  const { from } = first.days;
  throw new UnrecoverableError(
    `The days are in the future: they begin on ${from}, but today is ${dayOf(now, first.timezone)} in ${first.timezone}.`,
  );
}

/** Creates the reports of a GENERATE_REPORT job, one for each site, and returns their ids. Idempotent. */
export async function createJobReports(
  pool: Pool,
  given: Pick<Job, 'id' | 'timestamp'>,
  data: GenerateReportData,
  at: Date,
  now = new Date(),
): Promise<string[]> {
  const job = identify(given);
  const { title, dataset } = types[data.reportType];
  const params = paramsOf(data.reportType, data.profileIds);
  const recipients = data.recipientEmail === undefined ? [] : [{ address: data.recipientEmail }];
  const sites = await sitesOfJob(pool, data, at, now);
  if (data.site_id !== undefined && sites.length === 0) throw new UnrecoverableError(unknownSite(data.site_id).message);
  for (const site of sites) {
    const { siteId, timezone, days } = site;
    const spec = {
      ...{ siteId, templateId: null, slot: null, ...job, title, dataset, params, includeMetadata: true },
      ...{ format: data.format.toLowerCase() as FormatId, firstDay: days.from, lastDay: days.to, timezone },
      ...{ recipients, webhook: null, secret: null, outputName: outputNameOf(data, site) },
    };
    await adoptReports(pool, siteId, job.jobId, job.jobAddedAt);
    await insertReport(pool, newReport(spec, data.startDate === undefined ? dueAt(at, site) : at));
  }
  return reportsOfJob(pool, job.jobId, job.jobAddedAt);
}
