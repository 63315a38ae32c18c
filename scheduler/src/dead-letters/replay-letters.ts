/** Turns dead letters into a job of events once more; what is refused again becomes a new dead letter. */
import { randomUUID } from 'node:crypto';
import { addJob } from '@millrace/shared/add-job';
import { type Event, serializeEvent, validateEvent } from '@millrace/shared/event';
import type { Pool } from '@millrace/shared/postgres';
import type { Queue } from '@millrace/shared/queue';
import { type DeadLetter, markReplayed } from './dead-letter-rows.js';

export type CheckedPayload = { event: Event; problem?: undefined } | { problem: string };

/** The event of a payload, by the same rules as at ingestion. */
export function checkPayload(payload: unknown, siteId: string | null): CheckedPayload {
  const result = validateEvent(payload, Date.now());
  if (!result.ok) return { problem: result.message };
  if (siteId !== null && result.event.site_id !== siteId) return { problem: `site_id must stay ${siteId}` };
  return { event: result.event };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface Replay {
  /** Ids of letters that are, or would be, in the queue again. */
  replayed: string[];
  /** Letters that no rule of an event lets pass: to be edited first. */
  refused: { id: string; problem: string }[];
}

/** Sorts letters into those that can be replayed and the others; puts the former into the queue unless it is a dry run. */
export async function replayLetters(pool: Pool, queue: Queue, letters: DeadLetter[], dryRun: boolean): Promise<Replay> {
  const replay: Replay = { replayed: [], refused: [] };
  const events: string[] = [];
  for (const { id, site_id, payload } of letters) {
    const checked = checkPayload(parse(payload), site_id);
    if (checked.problem !== undefined) {
      replay.refused.push({ id, problem: checked.problem });
      continue;
    }
    replay.replayed.push(id);
    events.push(serializeEvent(checked.event));
  }
  if (dryRun || events.length === 0) return replay;
  // Twice in the queue, after a failure in between, is once in the table: each event has its id.
  const jobId = `replay-${randomUUID()}`;
  await addJob(queue, 'events', { v: 1, count: events.length, events: `[${events.join(',')}]` }, { jobId });
  await markReplayed(pool, replay.replayed);
  return replay;
}
