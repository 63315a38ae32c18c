/** Gives jobs without a priority the priority of their site. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { readSitePriorities } from '@millrace/shared/queue/site-priorities';

interface Prioritized {
  data: unknown;
  options?: { priority?: number };
}

/** The site in the data of a job, if any. */
const siteOf = (data: unknown): string | undefined => {
  const { site_id } = Object(data) as { site_id?: unknown };
  return typeof site_id === 'string' ? site_id : undefined;
};

/** Returns the jobs in the same order, with the priority of their site if they have none. */
export async function withSitePriorities<Job extends Prioritized>(pool: Pool, jobs: Job[]): Promise<Job[]> {
  const open = jobs.filter(({ options }) => options?.priority === undefined);
  const sites = new Set(open.map(({ data }) => siteOf(data)).filter((site) => site !== undefined));
  const priorities = await readSitePriorities(pool, [...sites]);
  return jobs.map((job) => {
    const priority = job.options?.priority ?? priorities.get(siteOf(job.data) ?? '');
    return priority === undefined ? job : { ...job, options: { ...job.options, priority } };
  });
}
