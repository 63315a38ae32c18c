/** Every error code that a client can get, with HTTP status and default message. Documented in docs/errors.md; `npm run check` compares them. */
export const errorCatalogue = {
  empty_body: { status: 400, message: 'The request has no body; send one event or a batch of events as JSON.' },
  malformed_json: { status: 400, message: 'The body is not valid JSON.' },
  malformed_encoding: {
    status: 400,
    message: 'The body cannot be decoded: it is not valid UTF-8, or its compression is corrupt.',
  },
  malformed_request: { status: 400, message: 'The request is not valid HTTP/1.1.' },
  invalid_event: { status: 400, message: 'The event is invalid.' },
  no_valid_events: { status: 400, message: 'No event of the batch could be accepted.' },
  invalid_request: { status: 400, message: 'A parameter is missing or invalid.' },
  unauthorized: { status: 401, message: 'A key is required. Send it as `Authorization: Bearer <key>`.' },
  password_needed: {
    status: 401,
    message: 'This link is protected by a password. Post {"password":"…"} to the link\'s session URL.',
  },
  forbidden: { status: 403, message: 'This key does not allow that.' },
  not_found: { status: 404, message: 'There is no resource at this URL.' },
  method_not_allowed: { status: 405, message: 'This URL does not support that method.' },
  body_too_slow: {
    status: 408,
    message:
      'The body arrived at less than 1 KB per second, so the request was aborted. Nothing was stored; send it again.',
  },
  conflict: { status: 409, message: 'The resource is in a state that does not allow this.' },
  gone: { status: 410, message: 'The resource at this URL has been deleted.' },
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
  range_not_satisfiable: { status: 416, message: 'The requested range is outside the file.' },
  rate_limited: { status: 429, message: 'Too many requests or events in a short time. Retry after the given time.' },
  too_many_queries: {
    status: 429,
    message: 'Too many long queries are already running. Retry after the given time, or request less.',
  },
  headers_too_large: { status: 431, message: 'The headers are too large; the limit is 16 KB in total.' },
  internal_error: { status: 500, message: 'Internal error. The log of the service has the details.' },
  overloaded: { status: 503, message: 'The service is overloaded; nothing was stored. Retry after the given time.' },
  queue_unavailable: {
    status: 503,
    message: 'The queue is unreachable, so the events may not have been stored. Retry; with event_id a retry is safe.',
  },
  shutting_down: {
    status: 503,
    message: 'The service is shutting down; nothing was stored. Retry after the given time.',
  },
  database_unavailable: {
    status: 503,
    message: 'The database is unreachable. Retry after the given time.',
  },
  engine_unavailable: {
    status: 503,
    message: 'The query threads exited unexpectedly twice while running this query. Retry after the given time.',
  },
  query_timeout: {
    status: 504,
    message:
      'The query took too long and was cancelled. Request a shorter range or fewer values, or retry in a minute.',
  },
} as const satisfies Record<string, { status: number; message: string }>;

export const invalidKeyMessage = 'This key is unknown, revoked or expired.';

export type ErrorCode = keyof typeof errorCatalogue;

/** A refusal as a value, for functions that return it instead of throwing {@link ServiceError}. */
export interface Refusal {
  code: ErrorCode;
  message?: string;
  details?: unknown;
  /** For 429 and 503; default 1. */
  retryAfterSeconds?: number;
}

/** `allowed` as in the `Allow` header. */
export const wrongMethod = (allowed: string): Refusal => ({
  code: 'method_not_allowed',
  message: `This URL does not support that method, only ${allowed}.`,
});

/** A refusal as an exception, for code below an Express route. */
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
      // The client's next request must reach another process; and the rest of a slow body must not be waited for.
      ...((refusal.code === 'shutting_down' || refusal.code === 'body_too_slow') && { connection: 'close' }),
    },
    body: JSON.stringify({ ...envelope, error }),
  };
}
