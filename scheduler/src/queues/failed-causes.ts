/** Groups the failed jobs of a queue by cause. */
import type { Queue } from '@millrace/shared/queue/queue';
import { newestJobs } from './find-jobs.js';

const exampleIds = 5;
const reasonLength = 5_000;
const causeLength = 300;

/** An error message without quoted words, ids and numbers, so that jobs with the same cause share it. */
export function causeOf(reason: string): string {
  return reason
    .slice(0, reasonLength)
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>')
    .replace(/"[^"]*"/g, '"…"')
    .replace(/(?<!\w)'[^']*'(?!\w)/g, "'…'")
    .replace(/\d+/g, '#')
    .slice(0, causeLength);
}

export interface Cause {
  cause: string;
  count: number;
  /** Time of the newest failure, milliseconds since 1970. */
  newest: number;
  /** Error of the newest job. */
  example: string;
  ids: string[];
}

/** Causes, most frequent first, and the number of jobs searched. */
export async function failedCauses(queue: Queue): Promise<{ causes: Cause[]; searched: number }> {
  const causes = new Map<string, Cause>();
  let searched = 0;
  for await (const job of newestJobs(queue, 'failed')) {
    searched += 1;
    const example = job.failedReason ?? '';
    const cause = causeOf(example);
    const group = causes.get(cause) ?? { cause, count: 0, newest: 0, example, ids: [] };
    group.count += 1;
    if ((job.finishedOn ?? 0) > group.newest) Object.assign(group, { newest: job.finishedOn, example });
    if (group.ids.length < exampleIds) group.ids.push(job.id!);
    causes.set(cause, group);
  }
  return { causes: [...causes.values()].sort((a, b) => b.count - a.count || b.newest - a.newest), searched };
}

/** Ids of the failed jobs with this cause, and the number of jobs searched. */
export async function failedOf(queue: Queue, cause: string): Promise<{ ids: string[]; searched: number }> {
  const ids: string[] = [];
  let searched = 0;
  for await (const job of newestJobs(queue, 'failed')) {
    searched += 1;
    if (causeOf(job.failedReason ?? '') === cause) ids.push(job.id!);
  }
  return { ids, searched };
}
