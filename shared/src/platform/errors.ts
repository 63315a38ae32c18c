/** Turns a refusal or a failure into the one error body that every service answers with. */

/** Every error code a client can meet: its HTTP status and its default message. Documented in docs/errors.md, checked by `npm run check`. */
export const errorCatalogue = {
  empty_body: { status: 400, message: 'The request has no body; send one event or a batch of events as JSON.' },
  malformed_json: { status: 400, message: 'The body is not valid JSON.' },
  malformed_encoding: {
    status: 400,
    message: 'The body cannot be decoded: it is not valid UTF-8, or its compression is broken.',
  },
  invalid_event: { status: 400, message: 'The event breaks a rule.' },
  no_valid_events: { status: 400, message: 'No event of the batch could be accepted.' },
  invalid_request: { status: 400, message: 'A parameter is missing or invalid.' },
  unauthorized: { status: 401, message: 'A key is needed: send it as `Authorization: Bearer <key>`.' },
  password_needed: {
    status: 401,
    message: 'This link has a password: send it as {"password":"…"} to the address of the session below the link.',
  },
  forbidden: { status: 403, message: 'This key does not allow that.' },
  not_found: { status: 404, message: 'There is nothing at this address.' },
  method_not_allowed: { status: 405, message: 'This address does not support that method.' },
  body_too_slow: {
    status: 408,
    message: 'The body came slower than 1 KB a second, so it was not waited for. Nothing was stored; send it again.',
  },
  conflict: { status: 409, message: 'That cannot be done in the present state.' },
  gone: { status: 410, message: 'What was at this address is no longer kept.' },
  payload_too_large: {
    status: 413,
    message: 'The body is too large; the limit is 10 MB, also after decompression. Send smaller batches.',
  },
  too_many_events: {
    status: 413,
    message: 'The batch has too many events; the limit is 10,000. Send smaller batches.',
  },
  unsupported_media_type: {
    status: 415,
    message: 'Send application/json, application/x-ndjson or text/plain in UTF-8.',
  },
  unsupported_encoding: { status: 415, message: 'Content-Encoding must be gzip, deflate, br or identity.' },
  range_not_satisfiable: { status: 416, message: 'The file has no such part.' },
  rate_limited: { status: 429, message: 'Too much in too short a time. Retry after the given time.' },
  too_many_queries: {
    status: 429,
    message: 'Too many long queries are running already. Retry after the given time, or ask for less.',
  },
  internal_error: { status: 500, message: 'Something went wrong on our side; the log of the service has the details.' },
  overloaded: { status: 503, message: 'Too much is waiting already; nothing was stored. Retry after the given time.' },
  queue_unavailable: {
    status: 503,
    message:
      'The queue cannot be reached, so the events are not known to be stored. Retry; with event_id a retry is safe.',
  },
  shutting_down: { status: 503, message: 'The service is stopping; nothing was stored. Retry after the given time.' },
  database_unavailable: {
    status: 503,
    message: 'The database cannot be reached at the moment. Retry after the given time.',
  },
  engine_unavailable: {
    status: 503,
    message: 'The threads that count have ended unexpectedly, twice on this question. Retry after the given time.',
  },
  query_timeout: {
    status: 504,
    message:
      'The query took too long and was stopped. Ask for a shorter range or for less at a time, or again in a minute.',
  },
} as const satisfies Record<string, { status: number; message: string }>;

/** Of a key that was sent but opens nothing. */
export const wrongKey = 'This key is not known, revoked or expired.';

export type ErrorCode = keyof typeof errorCatalogue;

/** A refusal as a value: what a step returns when it will not go on. */
export interface Refusal {
  code: ErrorCode;
  message?: string;
  details?: unknown;
  /** For 429 and 503; default 1. */
  retryAfterSeconds?: number;
}

/** Of an address that takes other methods: `allowed` as in the header `Allow`. */
export const wrongMethod = (allowed: string): Refusal => ({
  code: 'method_not_allowed',
  message: `This address does not support that method; it takes ${allowed}.`,
});

/** The same refusal as an exception, for code below an Express route. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;
  /** For 429 and 503. */
  retryAfterSeconds?: number;
  constructor(code: ErrorCode, message?: string, details?: unknown) {
    super(message ?? errorCatalogue[code].message);
    this.name = 'ServiceError';
    this.code = code;
    this.details = details;
  }
}

export interface DescribedRefusal {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The HTTP status, headers and JSON body of a refusal, within `envelope`. 429 and 503 carry `Retry-After` in seconds. */
export function describeRefusal(refusal: Refusal, envelope: object = {}): DescribedRefusal {
  const { status, message } = errorCatalogue[refusal.code];
  const error = { code: refusal.code, message: refusal.message ?? message, details: refusal.details };
  return {
    status,
    headers: {
      ...((status === 503 || status === 429) && { 'retry-after': String(refusal.retryAfterSeconds ?? 1) }),
      // So that the next request of this client meets a process that works; and so that no rest of a body is waited for.
      ...((refusal.code === 'shutting_down' || refusal.code === 'body_too_slow') && { connection: 'close' }),
    },
    body: JSON.stringify({ ...envelope, error }),
  };
}
