/** Dead letters that contain a whole job which the processor could not read. */
import { createHash } from 'node:crypto';
import { serializeEvent } from '@millrace/shared/contract/event';
import { hashedUuid } from '@millrace/shared/contract/hashed-uuid';
import { eventIngest, newerVersionOf } from '@millrace/shared/contract/jobs';
import { makeStorable } from '@millrace/shared/contract/make-storable';
import { splitArray } from '@millrace/shared/platform/split-array';
import type { DeadLetter } from './dead-letter-rows.js';
import { checkPayload, parseText } from './replay-letters.js';

/** An invalid event of a job. */
export interface RefusedEvent {
  index: number;
  problem: string;
  /** Its text in the job. */
  payload: string;
  siteId: string;
}

export interface JobContents {
  /** Texts of the valid events. */
  ready: string[];
  refused: RefusedEvent[];
}

/** Missing event ids are derived from the letter and the index, so replaying a letter again adds no duplicates. */
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

/** The site of an event in a form that the letter can be stored with. */
function siteOf(event: unknown): string {
  const { site_id } = Object(event) as { site_id?: unknown };
  return typeof site_id === 'string' ? makeStorable(site_id.slice(0, 64)) : '';
}

/** The events of a whole job, validated like at ingestion, or the reason why it contains none. */
export function readJobLetter(
  letter: DeadLetter,
): { contents: JobContents; problem?: undefined } | { problem: string } {
  const data = Object(parseText(letter.payload)) as { events?: unknown };
  const version = newerVersionOf(eventIngest.queue, data);
  if (version !== undefined) {
    return {
      problem: `The job has contract version ${version}, which this version of Millrace does not support. Upgrade Millrace first.`,
    };
  }
  const texts = typeof data.events === 'string' ? splitArray(data.events) : undefined;
  if (texts === undefined) return { problem: 'This job contains no list of events, so it cannot be replayed.' };
  return { contents: sortEvents(letter, texts) };
}

/** Deterministic id of an event's letter. */
export const refusedId = (letterId: string, index: number): string =>
  hashedUuid(createHash('sha256').update(`${letterId}/${index}`));
