/** Turns the failed jobs of a queue into the causes that they share. */
import type { Queue } from '@millrace/shared/queue/queue';
import { newestJobs } from './find-jobs.js';

const exampleIds = 5;
/** What is read of an error. */
const reasonLength = 5_000;
const causeLength = 300;

/** What is the same in the errors of jobs that failed for one reason: quoted words, ids and numbers are left open. */
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
  /** When the newest of them failed, milliseconds since 1970. */
  newest: number;
  /** The error of the newest. */
  example: string;
  ids: string[];
}

/** Failed jobs by cause, most frequent first, and how many jobs were looked at. */
export async function failedCauses(queue: Queue): Promise<{ causes: Cause[]; searched: number }> {
  const causes = new Map<string, Cause>();
  let searched = 0;
  for await (const job of newestJobs(queue, 'failed')) {
    searched += 1;
    const example = job.failedReason ?? '';
    const cause = causeOf(example);
    const known = causes.get(cause) ?? { cause, count: 0, newest: 0, example, ids: [] };
    known.count += 1;
    if ((job.finishedOn ?? 0) > known.newest) Object.assign(known, { newest: job.finishedOn, example });
    if (known.ids.length < exampleIds) known.ids.push(job.id!);
    causes.set(cause, known);
  }
  return { causes: [...causes.values()].sort((a, b) => b.count - a.count || b.newest - a.newest), searched };
}

/** Ids of the failed jobs of a cause, and how many jobs were looked at. */
export async function failedOf(queue: Queue, cause: string): Promise<{ ids: string[]; searched: number }> {
  const ids: string[] = [];
  let searched = 0;
  for await (const job of newestJobs(queue, 'failed')) {
    searched += 1;
    if (causeOf(job.failedReason ?? '') === cause) ids.push(job.id!);
  }
  return { ids, searched };
}
