/** Finds the events of a batch that Postgres rejects: stores the good ones and dead-letters the bad ones with the reason. */
import { createHash } from 'node:crypto';
import { hashedUuid } from '@millrace/shared/contract/hashed-uuid';
import type { JobAccount } from '@millrace/shared/contract/job-account';
import { makeStorable } from '@millrace/shared/contract/make-storable';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Accounts, accountSql, accountValues } from './account-jobs.js';
import { isDataFault } from './classify-error.js';
import { ClosedTimeError } from './closed-time.js';

export interface StoreOutcome {
  stored: number;
  deadLettered: number;
}

/** Stores a JSON array of events; returns how many were new. */
export type Insert = (events: string) => Promise<number>;

/** Derived from the payload, so a job that runs twice leaves one dead letter. */
const payloadId = (jobId: string, payload: string): string =>
  hashedUuid(createHash('sha256').update(jobId).update('\0').update(payload));

/** Undefined for invalid JSON. */
function parseEvent(text: string): { site_id?: unknown; timestamp?: unknown } | undefined {
  try {
    return Object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The site of an event; '' if it has none, since the site is part of the dead letter's key. */
function siteOf(text: string): string {
  const siteId = parseEvent(text)?.site_id;
  return typeof siteId === 'string' ? makeStorable(siteId) : '';
}

const letter = `insert into dead_letter_events (id, site_id, reason, payload, job_id)
  values ($1, $2, $3, $4, $5) on conflict do nothing returning id`;

const insertDeadLetter = `/* processor.writeDeadLetter */
with letter as (
  ${letter}
)
${accountSql({ deadLettered: '(select count(*) from letter) * $11::integer' }, 6)}`;

/** The job that a dead letter comes from. */
export interface DeadLetterSource {
  id: string;
  account: JobAccount;
  /** Number of events in the dead letter. */
  events: number;
  isDone: boolean;
}

/** Writes a dead letter, once; NUL cannot be stored and becomes U+FFFD. */
export async function writeDeadLetter(
  pool: Pool,
  job: DeadLetterSource,
  reason: string,
  payload: string,
): Promise<void> {
  const text = makeStorable(payload);
  const accounts: Accounts = { jobs: [job.account], areDone: job.isDone };
  await pool.query(insertDeadLetter, [
    ...[payloadId(job.id, text), siteOf(payload), makeStorable(reason), text, job.id],
    ...accountValues(accounts),
    job.events,
  ]);
}

export interface IsolatedJob {
  id: string;
  account: JobAccount;
}

const singleEventOf = (job: IsolatedJob): DeadLetterSource => ({ ...job, events: 1, isDone: false });

/** Dead-letters all events older than the raw events kept, possibly a whole import, and continues with the rest. */
async function deadLetterClosed(
  { pool, insert, job }: { pool: Pool; insert: Insert; job: IsolatedJob },
  events: string[],
  closed: ClosedTimeError,
): Promise<StoreOutcome | undefined> {
  const isOld = (event: string) => closed.covers(parseEvent(event));
  const old = events.filter(isOld);
  if (old.length === 0) return undefined;
  for (const event of old) await writeDeadLetter(pool, singleEventOf(job), closed.message, event);
  const others = events.filter((event) => !isOld(event));
  const rest = others.length === 0 ? { stored: 0, deadLettered: 0 } : await isolatePoison(pool, insert, job, others);
  return { stored: rest.stored, deadLettered: rest.deadLettered + old.length };
}

/**
 * Halves the batch until each bad event is alone: about 2 log2(n) statements for one bad event in n. Events remain JSON text, so
 * deep nesting and exact numbers are no problem.
 * @throws the error of `insert` if the data is not at fault; what was stored or dead-lettered by then is recognized by a retry.
 */
export async function isolatePoison(
  pool: Pool,
  insert: Insert,
  job: IsolatedJob,
  events: string[],
): Promise<StoreOutcome> {
  try {
    return { stored: await insert(`[${events.join(',')}]`), deadLettered: 0 };
  } catch (error) {
    if (!isDataFault(error)) throw error;
    if (error instanceof ClosedTimeError) {
      const isolated = await deadLetterClosed({ pool, insert, job }, events, error);
      if (isolated) return isolated;
    }
    if (events.length === 1) {
      const { code, message } = (error instanceof ClosedTimeError ? error.cause : error) as Error & { code?: string };
      await writeDeadLetter(pool, singleEventOf(job), `${code}: ${message}`, events[0]!);
      return { stored: 0, deadLettered: 1 };
    }
  }
  const middle = Math.ceil(events.length / 2);
  const first = await isolatePoison(pool, insert, job, events.slice(0, middle));
  const second = await isolatePoison(pool, insert, job, events.slice(middle));
  return { stored: first.stored + second.stored, deadLettered: first.deadLettered + second.deadLettered };
}
