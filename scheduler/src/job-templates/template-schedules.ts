/** Schedules that create their jobs from a template. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type FillContext, type TemplateData, templateData } from './fill-template.js';

/** The data of such a schedule. */
export interface TemplateScheduleData {
  params?: Record<string, unknown>;
  site_id?: string;
}

/** The values that a slot of the schedule fills the template with. */
export const slotContext = (data: TemplateScheduleData, at: Date, timezone: string): FillContext => ({
  at,
  timezone,
  siteId: data.site_id,
  params: data.params ?? {},
});

interface UsingSchedule {
  name: string;
  timezone: string;
  data: TemplateScheduleData;
}

const statement = `/* scheduler.readUsingSchedules */
select name, timezone, data from schedules where template_id = $1 order by name, id`;

/** @throws ServiceError `conflict` if a schedule could no longer create jobs from the changed template. */
export async function refuseBrokenSchedules(pool: Pool, id: string, template: TemplateData, now: Date): Promise<void> {
  const { rows } = await pool.query<UsingSchedule>(statement, [id]);
  for (const { name, timezone, data } of rows) {
    const { problem } = templateData(template, slotContext(data, now, timezone));
    if (problem !== undefined)
      throw new ServiceError('conflict', `This change would break schedule "${name}": ${problem}`);
  }
}
