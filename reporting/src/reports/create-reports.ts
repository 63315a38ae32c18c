import type { Pool } from '@millrace/shared/platform/postgres';
import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import type { RequestedDays } from './parse-generate.js';
import { type Days, hasBegun, periodOfSlot } from './report-period.js';
import { insertReport, type NewReport, newReport, reportsOfSlot } from './report-rows.js';
import { type SiteOfPeriod, siteOfPeriod, sitesOfPeriod } from './sites-of-period.js';
import type { Template } from './templates/template.js';

/** When the report can be written: in a site far to the west, the last day may not be over when its schedule fires. */
export const dueAt = (slot: Date, { timezone, days }: SiteOfPeriod): Date =>
  new Date(Math.max(slot.getTime(), dayStart(addDays(days.to, 1), timezone).getTime()));

/** What all reports of a template have in common, for one site and period. */
export function specOf(template: Template, { siteId, timezone, days }: SiteOfPeriod, slot: Date | null) {
  const {
    id: templateId,
    name: title,
    dataset,
    params,
    format,
    includeMetadata,
    recipients,
    webhook,
    secret,
  } = template;
  return {
    ...{ siteId, templateId, slot, jobId: null, jobAddedAt: null, title, dataset, params, format, includeMetadata },
    ...{ firstDay: days.from, lastDay: days.to, timezone, recipients, webhook, secret, outputName: null },
  };
}

export function sitesOf(
  pool: Pool,
  { siteId, timezone }: Pick<Template, 'siteId' | 'timezone'>,
  daysIn: (timezone: string) => Days,
): Promise<SiteOfPeriod[]> {
  return siteId === null ? sitesOfPeriod(pool, timezone, daysIn) : siteOfPeriod(pool, siteId, timezone, daysIn);
}

/** Creates the reports of one slot, one for each site, and returns their ids. Idempotent. */
export async function createSlotReports(pool: Pool, template: Template, slot: Date): Promise<string[]> {
  // The schedule's clock decides the period, whatever the time is at the site.
  const days = periodOfSlot(slot, template.period, template.timezone ?? 'UTC');
  const sites = await sitesOf(pool, template, () => days);
  for (const site of sites) await insertReport(pool, newReport(specOf(template, site, slot), dueAt(slot, site)));
  return reportsOfSlot(pool, template.id, slot);
}

/**
 * Creates reports for the requested days now. `siteId` limits a template of all sites to one. Sites where the days have not begun get
 * none.
 */
export async function createReportsOfDays(
  pool: Pool,
  template: Template,
  { daysIn, siteId }: Pick<RequestedDays, 'daysIn' | 'siteId'>,
  now: Date,
): Promise<NewReport[]> {
  const only = { timezone: template.timezone, siteId: siteId ?? template.siteId };
  const sites = (await sitesOf(pool, only, daysIn)).filter(({ days, timezone }) => hasBegun(days, timezone, now));
  const reports = sites.map((site) => newReport(specOf(template, site, null), now));
  for (const report of reports) await insertReport(pool, report);
  return reports;
}
