/** Letters that hold a whole job, which a processor could not read: what is in them, event by event. */
import { createHash } from 'node:crypto';
import { serializeEvent } from '@millrace/shared/contract/event';
import { eventIngest, newerVersionOf } from '@millrace/shared/contract/jobs';
import { makeStorable } from '@millrace/shared/contract/make-storable';
import { splitArray } from '@millrace/shared/platform/split-array';
import type { DeadLetter } from './dead-letter-rows.js';
import { checkPayload, parseText } from './replay-letters.js';

/** An event that breaks a rule, by its place in the job. */
export interface RefusedEvent {
  index: number;
  problem: string;
  /** Its text as it stands in the job. */
  payload: string;
  siteId: string;
}

export interface JobContents {
  /** Texts of the events that can be stored. */
  ready: string[];
  refused: RefusedEvent[];
}

/** What an event lacks it gets from its letter and its place, so that it is one event however often the letter is replayed. */
function sortEvents(letter: DeadLetter, texts: string[]): JobContents {
  const contents: JobContents = { ready: [], refused: [] };
  for (const [index, payload] of texts.entries()) {
    const given = parseText(payload);
    const checked =
      given === undefined
        ? { problem: 'it is not valid JSON' }
        : checkPayload({ ...letter, id: `${letter.id}/${index}`, site_id: '', payload }, given);
    if (checked.problem === undefined) contents.ready.push(serializeEvent(checked.event));
    else contents.refused.push({ index, problem: checked.problem, payload, siteId: siteOf(given) });
  }
  return contents;
}

/** The site that an event names, as far as a letter can be filed under it. */
function siteOf(event: unknown): string {
  const { site_id } = Object(event) as { site_id?: unknown };
  return typeof site_id === 'string' ? makeStorable(site_id.slice(0, 64)) : '';
}

/** The events of a whole job, checked by the rules of ingestion, or why there are none to be found. */
export function readJobLetter(
  letter: DeadLetter,
): { contents: JobContents; problem?: undefined } | { problem: string } {
  const data = Object(parseText(letter.payload)) as { events?: unknown };
  const version = newerVersionOf(eventIngest.queue, data);
  if (version !== undefined) {
    return {
      problem: `The job has contract version ${version}, which this version does not know: update Millrace first.`,
    };
  }
  const texts = typeof data.events === 'string' ? splitArray(data.events) : undefined;
  if (texts === undefined) return { problem: 'No list of events can be found in this job: it can only be looked at.' };
  return { contents: sortEvents(letter, texts) };
}

/** The same event of the same letter gets the same id. RFC 9562 version 8. */
export function refusedId(letterId: string, index: number): string {
  const hash = createHash('sha256').update(`${letterId}/${index}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
