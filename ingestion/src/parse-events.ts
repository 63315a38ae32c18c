/** Parses request bodies into candidate events: a single event, an array, `{"events":[...]}` or NDJSON. */
import type { Refusal } from '@millrace/shared/platform/errors';
import { type ExactNumberBudget, parseExactJson, TooManyExactNumbers } from '@millrace/shared/platform/exact-json';
import { parseInstant } from '@millrace/shared/time/instant';

export const maxEventsPerRequest = 10_000;
/** Ten for each event of a full batch, which take a third of a second. */
export const maxExactNumbersPerRequest = 100_000;

/** Placeholder for an invalid line of NDJSON, so that only this line fails. */
export const malformedLine = Symbol('malformed line');

export type ParseResult = { ok: true; candidates: unknown[] } | { ok: false; refusal: Refusal };
export type BodyFormat = 'json' | 'ndjson';

/** By `Content-Type`. */
export const bodyFormats: Readonly<Record<string, BodyFormat>> = {
  'application/json': 'json',
  // What navigator.sendBeacon sends for a string.
  'text/plain': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
};

/** The format of a `Content-Type`; JSON if absent, undefined if unsupported, such as a charset other than UTF-8. */
export function bodyFormat(contentType: string | undefined): BodyFormat | undefined {
  if (!contentType || contentType === 'application/json') return 'json';
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  const value = charset?.slice('charset='.length).replaceAll('"', '');
  if (value !== undefined && value !== 'utf-8' && value !== 'utf8' && value !== 'us-ascii') return undefined;
  const key = type.trim();
  return Object.hasOwn(bodyFormats, key) ? bodyFormats[key] : undefined;
}

/** Explains which formats `route` accepts, with a hint for `curl -d`, which sends a form by default. */
export function refuseFormat(route: '/event' | '/events', contentType = ''): Refusal {
  const lines = route === '/events' ? ', application/x-ndjson' : '';
  const hint = contentType.includes('form-urlencoded') ? "; curl needs -H 'content-type: application/json'" : '';
  const elsewhere = route === '/event' && bodyFormat(contentType) === 'ndjson' ? '; send NDJSON to /events' : '';
  const message = `Send application/json${lines} or text/plain in UTF-8${hint}${elsewhere}.`;
  return { code: 'unsupported_media_type', message };
}

const refuse = (code: Refusal['code'], message?: string, field?: string): ParseResult => ({
  ok: false,
  refusal: { code, message, ...(field !== undefined && { details: { field } }) },
});

const tooManyExactNumbers: Refusal = {
  code: 'payload_too_large',
  message: `The body has more than ${maxExactNumbersPerRequest.toLocaleString('en')} numbers with more digits than a double can represent. Send smaller batches.`,
};

const createBudget = (): ExactNumberBudget => ({ left: maxExactNumbersPerRequest });

function parseJson(
  text: string,
  budget: ExactNumberBudget,
): { ok: true; value: unknown } | { ok: false; refusal: Refusal } {
  try {
    return { ok: true, value: parseExactJson(text, budget) };
  } catch (error) {
    return {
      ok: false,
      refusal: error instanceof TooManyExactNumbers ? tooManyExactNumbers : { code: 'malformed_json' },
    };
  }
}

function parseBody(text: string): ReturnType<typeof parseJson> {
  const parsed = parseJson(text, createBudget());
  return parsed.ok || text.trim() !== '' ? parsed : { ok: false, refusal: { code: 'empty_body' } };
}

/** Body of `POST /event`. */
export function parseSingleEvent(text: string): ParseResult {
  const parsed = parseBody(text);
  return parsed.ok ? { ok: true, candidates: [parsed.value] } : parsed;
}

function parseLines(text: string): ParseResult {
  const candidates: unknown[] = [];
  const budget = createBudget();
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).trim();
    start = end + 1;
    if (line === '') continue;
    if (candidates.length === maxEventsPerRequest) return refuse('too_many_events');
    const parsed = parseJson(line, budget);
    if (!parsed.ok && parsed.refusal === tooManyExactNumbers) return parsed;
    candidates.push(parsed.ok ? parsed.value : malformedLine);
  }
  return candidates.length > 0 ? { ok: true, candidates } : refuse('empty_body');
}

interface JsonBatch {
  events: unknown[];
  /** When the client sent it, by the client's clock. */
  sentAt?: unknown;
}

/**
 * The array of a JSON batch: the body itself, or the value of `events` (`batch` in other tools). The only other field allowed is
 * `sent_at`.
 */
function batchOf(value: unknown): JsonBatch | undefined {
  if (Array.isArray(value)) return { events: value };
  if (typeof value !== 'object' || value === null) return undefined;
  const { events, batch = events, sent_at: sentAt } = value as { events?: unknown; batch?: unknown; sent_at?: unknown };
  if (!Array.isArray(batch) || Object.keys(value).length !== ('sent_at' in value ? 2 : 1)) return undefined;
  return { events: batch, sentAt };
}

/** Explains the format of a batch, and names the first unexpected field. */
function refuseBatch(value: unknown): ParseResult {
  const shape = 'Send an array of events, {"events":[...]}, or one event per line as NDJSON.';
  if (typeof value !== 'object' || value === null) return refuse('invalid_request', shape);
  const other = Object.keys(value)
    .find((name) => !['events', 'batch', 'sent_at'].includes(name))
    ?.slice(0, 64);
  if (other === undefined || !('events' in value || 'batch' in value)) return refuse('invalid_request', shape);
  return refuse('invalid_request', `${other} is not a field of a batch, which has only events and sent_at.`, other);
}

/** Applies the batch's `sent_at` to each event without its own. */
function addSentAt(candidates: unknown[], sentAt: string): void {
  for (const candidate of candidates) {
    if (typeof candidate !== 'object' || candidate === null || !Object.isExtensible(candidate)) continue;
    const event = candidate as { sent_at?: unknown };
    event.sent_at ??= sentAt;
  }
}

/** Body of `POST /events`. */
export function parseBatch(text: string, format: BodyFormat): ParseResult {
  if (format === 'ndjson') return parseLines(text);
  const parsed = parseBody(text);
  if (!parsed.ok) return parsed;
  const batch = batchOf(parsed.value);
  if (!batch) return refuseBatch(parsed.value);
  const { events: candidates, sentAt = null } = batch;
  if (sentAt !== null && (typeof sentAt !== 'string' || parseInstant(sentAt) === undefined)) {
    return refuse(
      'invalid_request',
      'sent_at must be a valid ISO 8601 time with a zone, such as 2025-11-14T10:00:00Z.',
      'sent_at',
    );
  }
  if (candidates.length === 0) return refuse('empty_body', 'The batch has no events.');
  if (candidates.length > maxEventsPerRequest) return refuse('too_many_events');
  if (sentAt !== null) addSentAt(candidates, sentAt);
  return { ok: true, candidates };
}
