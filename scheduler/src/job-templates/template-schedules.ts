/** Schedules whose jobs are made of a template. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Filling, type TemplateData, templateData } from './fill-template.js';

/** What such a schedule keeps in its data. */
export interface TemplateScheduleData {
  params?: Record<string, unknown>;
  site_id?: string;
}

/** What a slot of the schedule fills the template with. */
export const slotFilling = (data: TemplateScheduleData, at: Date, timezone: string): Filling => ({
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

/** @throws ServiceError `conflict` when a schedule of the template could no longer make jobs of it. */
export async function refuseBrokenSchedules(pool: Pool, id: string, template: TemplateData, now: Date): Promise<void> {
  const { rows } = await pool.query<UsingSchedule>(statement, [id]);
  for (const { name, timezone, data } of rows) {
    const { problem } = templateData(template, slotFilling(data, now, timezone));
    if (problem !== undefined)
      throw new ServiceError('conflict', `Schedule "${name}" could not go on with this change: ${problem}`);
  }
}
