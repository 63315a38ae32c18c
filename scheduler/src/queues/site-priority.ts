/** Jobs of a site run as soon as the site's priority says, unless they have one of their own. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { readSitePriorities } from '@millrace/shared/queue/site-priorities';

interface Prioritized {
  data: unknown;
  options?: { priority?: number };
}

/** The site that a job is for, as far as its data name one. */
export const siteOf = (data: unknown): string | undefined => {
  const { site_id } = Object(data) as { site_id?: unknown };
  return typeof site_id === 'string' ? site_id : undefined;
};

/** The same jobs, those without a priority with that of their site. */
export async function withSitePriorities<Job extends Prioritized>(pool: Pool, jobs: Job[]): Promise<Job[]> {
  const open = jobs.filter(({ options }) => options?.priority === undefined);
  const sites = new Set(open.map(({ data }) => siteOf(data)).filter((site) => site !== undefined));
  const priorities = await readSitePriorities(pool, [...sites]);
  return jobs.map((job) => {
    const priority = job.options?.priority ?? priorities.get(siteOf(job.data) ?? '');
    return priority === undefined ? job : { ...job, options: { ...job.options, priority } };
  });
}
