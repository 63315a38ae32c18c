/** Validates and serializes candidate events, and cuts them into batches for the queue. */
import { type AcceptedEvent, serializeEvent, validateEvent } from '@millrace/shared/contract/event';
import { eventRefusalReasons } from '@millrace/shared/contract/event-refusal';
import { malformedLine } from './parse-events.js';

export const rejectionReasons = [...eventRefusalReasons, 'malformed_json', 'wrong_site', 'needs_secret_key'] as const;

export interface RejectedEvent {
  index: number;
  reason: (typeof rejectionReasons)[number];
  field: string;
  message: string;
}

/** Events that fit into one job. */
export interface EventBatch {
  /** JSON objects separated by commas, without brackets. */
  text: string;
  count: number;
  /** Whether any event has one of `contextColumns`. */
  hasContext: boolean;
}

export interface ValidatedEvents {
  batches: EventBatch[];
  accepted: number;
  rejected: RejectedEvent[];
}

/** Larger jobs gain nothing and cost memory, here and in every processor. */
export const jobLimits = { events: 5_000, characters: 1_000_000 } as const;

function cutIntoBatches(texts: string[], hasContext: boolean): EventBatch[] {
  const [only] = texts;
  if (only !== undefined && texts.length === 1) return [{ text: only, count: 1, hasContext }];
  const batches: EventBatch[] = [];
  let first = 0;
  let characters = 0;
  for (let index = 0; index <= texts.length; index += 1) {
    const next = texts[index];
    const full = index - first === jobLimits.events || characters + (next?.length ?? 0) > jobLimits.characters;
    if (index > first && (next === undefined || full)) {
      batches.push({ text: texts.slice(first, index).join(','), count: index - first, hasContext });
      first = index;
      characters = 0;
    }
    characters += (next?.length ?? 0) + 1;
  }
  return batches;
}

export interface Validation {
  /** Time of arrival, milliseconds since 1970. */
  nowMs: number;
  /** The site that the events must be for. */
  siteId?: string | undefined;
  /** With a public key, `context` is refused, because anyone could forge it. */
  isPublic?: boolean | undefined;
  /** Enriches an event in place. Returns false if that is not possible at the moment. */
  enrich: (accepted: AcceptedEvent) => boolean;
}

/**
 * Validates each candidate by itself, so that an invalid one does not affect the others. Undefined if they cannot be enriched at the
 * moment; none of them must be stored then.
 */
export function validateEvents(candidates: unknown[], validation: Validation): ValidatedEvents | undefined {
  const { nowMs, siteId, isPublic, enrich } = validation;
  const texts: string[] = [];
  const rejected: RejectedEvent[] = [];
  let withContext = false;
  for (const [index, candidate] of candidates.entries()) {
    if (candidate === malformedLine) {
      rejected.push({ index, reason: 'malformed_json', field: '', message: 'the line is not valid JSON' });
      continue;
    }
    const result = validateEvent(candidate, nowMs);
    if (result.ok && siteId !== undefined && result.event.site_id !== siteId) {
      const message = `this key is limited to site "${siteId}"`;
      rejected.push({ index, reason: 'wrong_site', field: 'site_id', message });
    } else if (result.ok && isPublic && result.visitor) {
      const message = 'context requires a secret key; this one is public';
      rejected.push({ index, reason: 'needs_secret_key', field: 'context', message });
    } else if (result.ok) {
      if (!enrich(result)) return undefined;
      withContext ||= result.hasContext;
      texts.push(serializeEvent(result.event));
    } else rejected.push({ index, reason: result.reason, field: result.field, message: result.message });
  }
  return { batches: cutIntoBatches(texts, withContext), accepted: texts.length, rejected };
}
