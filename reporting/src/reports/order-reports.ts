/** The reports of a template, one for each of its sites. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import type { WantedDays } from './parse-generate.js';
import { type Days, hasBegun, periodOfSlot } from './report-period.js';
import { insertReport, type NewReport, newReport, reportsOfSlot } from './report-rows.js';
import { type SiteOfPeriod, siteOfPeriod, sitesOfPeriod } from './sites-of-period.js';
import type { Template } from './templates/template.js';

/** Whichever is later: a site may lie so far west that its last day is not over yet. */
export const dueAt = (asked: Date, { timezone, days }: SiteOfPeriod): Date =>
  new Date(Math.max(asked.getTime(), dayStart(addDays(days.to, 1), timezone).getTime()));

/** What a template says of each of its reports. */
export function orderOf(template: Template, { siteId, timezone, days }: SiteOfPeriod, slot: Date | null) {
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

/** Puts down the reports of one slot, each once however often this runs; returns the ids of all of them. */
export async function orderSlot(pool: Pool, template: Template, slot: Date): Promise<string[]> {
  // The period is the one of the schedule's clock, whatever a site's own shows.
  const days = periodOfSlot(slot, template.period, template.timezone ?? 'UTC');
  const sites = await sitesOf(pool, template, () => days);
  for (const site of sites) await insertReport(pool, newReport(orderOf(template, site, slot), dueAt(slot, site)));
  return reportsOfSlot(pool, template.id, slot);
}

/**
 * Puts down reports of days that somebody chose, now; `siteId` narrows a template of all sites down to one. A site where the days have
 * not begun gets none.
 */
export async function orderDays(
  pool: Pool,
  template: Template,
  { daysIn, siteId }: Pick<WantedDays, 'daysIn' | 'siteId'>,
  now: Date,
): Promise<NewReport[]> {
  const only = { timezone: template.timezone, siteId: siteId ?? template.siteId };
  const sites = (await sitesOf(pool, only, daysIn)).filter(({ days, timezone }) => hasBegun(days, timezone, now));
  const reports = sites.map((site) => newReport(orderOf(template, site, null), now));
  for (const report of reports) await insertReport(pool, report);
  return reports;
}
