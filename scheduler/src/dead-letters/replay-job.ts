/** Replays a whole job: valid events are queued as one batch, each invalid one becomes a dead letter of its own. */
import { eventJob } from '@millrace/shared/contract/event-job';
import { eventIngest } from '@millrace/shared/contract/jobs';
import { makeStorable } from '@millrace/shared/contract/make-storable';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addJob } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import { adoptLetter, type DeadLetter, markReplayed } from './dead-letter-rows.js';
import { type JobContents, type RefusedEvent, refusedId } from './job-letter.js';
import { jobIdOf } from './replay-letters.js';

/** Limits the response; all refused events become letters. */
export const listedRefused = 100;

export interface ReplayedJob {
  /** Events queued again. */
  queued: number;
  refused: number;
  /** The first refused events, with the ids of their letters. */
  refused_events: { index: number; problem: string; id: string }[];
}

const addRefused = `/* scheduler.addRefusedEvents */
insert into dead_letter_events (id, site_id, reason, payload, job_id)
select id, site_id, reason, payload, $5 from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
  as refused(id, site_id, reason, payload)
on conflict do nothing`;

async function keepRefused(pool: Pool, letter: DeadLetter, refused: RefusedEvent[]): Promise<void> {
  if (refused.length === 0) return;
  await pool.query(addRefused, [
    refused.map(({ index }) => refusedId(letter.id, index)),
    refused.map(({ siteId }) => siteId),
    refused.map(({ problem }) => makeStorable(`refused when its job was replayed: ${problem}`)),
    refused.map(({ payload }) => makeStorable(payload)),
    letter.job_id,
  ]);
}

/** Safe to repeat: all ids are derived from the letter. */
export async function replayJob(
  pool: Pool,
  queue: Queue,
  letter: DeadLetter,
  { ready, refused }: JobContents,
): Promise<ReplayedJob> {
  await keepRefused(pool, letter, refused);
  if (ready.length > 0) {
    const data = eventJob(`[${ready.join(',')}]`, ready.length);
    await addJob(queue, eventIngest.name, data, { jobId: jobIdOf(letter) });
  }
  if (!letter.site_id) await adoptLetter(pool, letter.id);
  await markReplayed(pool, letter.site_id ?? '', [letter]);
  const listed = refused.slice(0, listedRefused);
  const refused_events = listed.map(({ index, problem }) => ({ index, problem, id: refusedId(letter.id, index) }));
  return { queued: ready.length, refused: refused.length, refused_events };
}
