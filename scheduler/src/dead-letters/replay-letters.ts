/** Puts the events of dead letters back into the queue. */
import { createHash } from 'node:crypto';
import { serializeEvent, validateEvent } from '@millrace/shared/contract/event';
import type { Event } from '@millrace/shared/contract/event-columns';
import { eventJob } from '@millrace/shared/contract/event-job';
import { eventIngest } from '@millrace/shared/contract/jobs';
import { isExactNumber, parseExactJson, stringifyExactJson } from '@millrace/shared/platform/exact-json';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addJobs } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import { parseInstant } from '@millrace/shared/time/instant';
import { adoptLetter, type DeadLetter, markReplayed } from './dead-letter-rows.js';

export type CheckedPayload = { event: Event; problem?: undefined } | { problem: string };

/** Fills in missing fields from the letter rather than randomly, so an event replayed twice is stored once. */
function complete({ id, created_at }: DeadLetter, payload: unknown): unknown {
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) return payload;
  const given = payload as Partial<Event> & { sent_at?: unknown };
  const { timestamp = created_at.toISOString(), event_id = id, client_time, sent_at, ...fields } = given;
  // An id without a timestamp is invalid; leave it to the validation.
  if ('event_id' in payload && !('timestamp' in payload)) return payload;
  return { ...fields, timestamp, event_id };
}

/**
 * Validates the payload of a letter like at ingestion. The property `client_timestamp`, which the clock correction adds, does not
 * count towards the limits of properties.
 */
export function checkPayload(letter: DeadLetter, payload: unknown): CheckedPayload {
  if ((Object(payload) as { sent_at?: unknown }).sent_at != null) {
    return { problem: 'sent_at only applies when an event arrives; set timestamp to the correct time instead' };
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

/** Separates client_timestamp if it is a time, as the clock correction writes it. */
function withoutClientTimestamp(event: unknown): { event: unknown; clientTimestamp?: string } {
  const { properties } = Object(event) as { properties?: unknown };
  const isObject = typeof properties === 'object' && properties !== null && !Array.isArray(properties);
  if (!isObject || isExactNumber(properties)) return { event };
  const { client_timestamp: clientTimestamp, ...rest } = properties as Record<string, unknown>;
  if (typeof clientTimestamp !== 'string' || parseInstant(clientTimestamp) === undefined) return { event };
  return { event: { ...(event as object), properties: rest }, clientTimestamp };
}

/**
 * Restores client_time, by which retries are recognized. Ingestion wrote it and clients cannot send it; it is kept even if the
 * corrected payload lacks it, as long as the event id is the same.
 */
function withClientTime(event: Event, payload: unknown, letter: DeadLetter): Event {
  const before = Object(parseText(letter.payload)) as Partial<Event>;
  const kept = String(before.event_id).toLowerCase() === event.event_id ? before.client_time : undefined;
  const { client_time = kept } = payload as Partial<Event>;
  return typeof client_time === 'string' && parseInstant(client_time) !== undefined ? { ...event, client_time } : event;
}

/** Undefined for invalid JSON. */
export function parseText(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

export interface ReadyLetter {
  letter: DeadLetter;
  event: Event;
}

export interface SortedLetters {
  ready: ReadyLetter[];
  /** Invalid letters, to be edited first. */
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

/** Derived from the state of the letter: concurrent replays add one job, a replay after an edit or a replay adds a new one. */
export function jobIdOf({ id, payload, replayed_at }: DeadLetter): string {
  const state = createHash('sha256')
    .update(`${replayed_at?.getTime() ?? ''} ${payload}`)
    .digest('hex');
  return `replay-${id}-${state.slice(0, 12)}`;
}

/** Queues the events of one site's letters, one job each, and marks the letters as replayed. */
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

/** A value nested too deep to compare cannot be in a valid event, so it differs. */
function isSame(before: unknown, after: unknown): boolean {
  try {
    return before !== undefined && stringifyExactJson(before) === stringifyExactJson(after);
  } catch {
    return false;
  }
}

/** Names of the fields that a correction changes. No values: the audit log outlives the user's data. */
export function changedFields(before: string, after: Event): string[] {
  const old = Object(parseText(before)) as Record<string, unknown>;
  return Object.entries(after)
    .filter(([field, value]) => !isSame(old[field], value))
    .map(([field]) => field);
}
