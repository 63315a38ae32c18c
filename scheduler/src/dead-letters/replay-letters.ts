/** Dead letters as jobs of events once more; what is refused again becomes a new dead letter. */
import { createHash } from 'node:crypto';
import { serializeEvent, validateEvent } from '@millrace/shared/contract/event';
import type { Event } from '@millrace/shared/contract/event-columns';
import { eventJob } from '@millrace/shared/contract/event-job';
import { eventIngest } from '@millrace/shared/contract/jobs';
import { isExactNumber, parseExactJson } from '@millrace/shared/platform/exact-json';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addJobs } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import { parseInstant } from '@millrace/shared/time/instant';
import { adoptLetter, type DeadLetter, markReplayed } from './dead-letter-rows.js';

export type CheckedPayload = { event: Event; problem?: undefined } | { problem: string };

/** What an event lacks it gets from its letter, not from chance and the clock: replayed twice it is one event. */
function complete({ id, created_at }: DeadLetter, payload: unknown): unknown {
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) return payload;
  const given = payload as Partial<Event> & { sent_at?: unknown };
  const { timestamp = created_at.toISOString(), event_id = id, client_time, sent_at, ...fields } = given;
  // An id without a time is for the rules to refuse.
  if ('event_id' in payload && !('timestamp' in payload)) return payload;
  return { ...fields, timestamp, event_id };
}

/**
 * The event that a payload of a letter is, by the same rules as at ingestion: `client_timestamp`, which a correction of the clock
 * adds to the properties, does not count towards their limits.
 */
export function checkPayload(letter: DeadLetter, payload: unknown): CheckedPayload {
  if ((Object(payload) as { sent_at?: unknown }).sent_at != null) {
    return { problem: 'sent_at corrects an event when it arrives; write the right time as timestamp' };
  }
  const { event, clientTimestamp } = withoutClientTimestamp(complete(letter, payload));
  const result = validateEvent(event, Date.now());
  if (!result.ok) return { problem: result.message };
  const { site_id } = letter;
  if (site_id !== null && site_id !== '' && result.event.site_id !== site_id) {
    return { problem: `site_id must stay ${site_id}` };
  }
  if (clientTimestamp !== undefined) {
    result.event.properties = { client_timestamp: clientTimestamp, ...result.event.properties };
  }
  return { event: withClientTime(result.event, payload, letter) };
}

/** Apart from the rest where it is a time, as only a correction is sure to write it. */
function withoutClientTimestamp(event: unknown): { event: unknown; clientTimestamp?: string } {
  const { properties } = Object(event) as { properties?: unknown };
  const isObject = typeof properties === 'object' && properties !== null && !Array.isArray(properties);
  if (!isObject || isExactNumber(properties)) return { event };
  const { client_timestamp: clientTimestamp, ...rest } = properties as Record<string, unknown>;
  if (typeof clientTimestamp !== 'string' || parseInstant(clientTimestamp) === undefined) return { event };
  return { event: { ...(event as object), properties: rest }, clientTimestamp };
}

/**
 * No client may send it, but ingestion wrote it beside the event, and a retry is known by it: while the event keeps its id, also
 * where whoever corrected it left it out.
 */
function withClientTime(event: Event, payload: unknown, letter: DeadLetter): Event {
  const before = Object(parseText(letter.payload)) as Partial<Event>;
  const kept = String(before.event_id).toLowerCase() === event.event_id ? before.client_time : undefined;
  const { client_time = kept } = payload as Partial<Event>;
  return typeof client_time === 'string' && parseInstant(client_time) !== undefined ? { ...event, client_time } : event;
}

/** JSON that may be broken; undefined when it is. */
export function parseText(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

/** A letter with the event that it holds. */
export interface ReadyLetter {
  letter: DeadLetter;
  event: Event;
}

export interface SortedLetters {
  ready: ReadyLetter[];
  /** Letters that no rule of an event lets pass: to be edited first. */
  refused: { id: string; problem: string }[];
}

export function sortLetters(letters: DeadLetter[]): SortedLetters {
  const sorted: SortedLetters = { ready: [], refused: [] };
  for (const letter of letters) {
    const checked = checkPayload(letter, parseText(letter.payload));
    if (checked.problem !== undefined) sorted.refused.push({ id: letter.id, problem: checked.problem });
    else sorted.ready.push({ letter, event: checked.event });
  }
  return sorted;
}

/** Made of what the letter is now: asked for twice at once it is one job, after an edit or a replay it is another one. */
export function jobIdOf({ id, payload, replayed_at }: DeadLetter): string {
  const state = createHash('sha256')
    .update(`${replayed_at?.getTime() ?? ''} ${payload}`)
    .digest('hex');
  return `replay-${id}-${state.slice(0, 12)}`;
}

/** Puts the events of letters of one site into the queue, a job each, and notes that in the letters. */
export async function replayLetters(pool: Pool, queue: Queue, ready: ReadyLetter[]): Promise<void> {
  if (ready.length === 0) return;
  const jobs = ready.map(({ letter, event }) => ({
    name: eventIngest.name,
    data: eventJob(`[${serializeEvent(event)}]`, 1),
    options: { jobId: jobIdOf(letter) },
  }));
  await addJobs(queue, jobs);
  const letters = ready.map(({ letter }) => letter);
  for (const { id } of letters.filter(({ site_id }) => !site_id)) await adoptLetter(pool, id);
  await markReplayed(pool, letters[0]!.site_id ?? '', letters);
}
