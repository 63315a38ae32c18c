/** Posts a batch once and decides whether it is done, should be retried, or was refused. */
import { printable } from './printable.js';

export interface Rejection {
  index: number;
  message: string;
}

export type Verdict =
  | { kind: 'answered'; accepted: number; rejected: Rejection[] }
  | { kind: 'retry'; why: string; retryAfterMs: number | null; isUnreachable?: boolean }
  | { kind: 'refused'; why: string; tooLarge?: boolean };

const REQUEST_TIMEOUT_MS = 30_000;
/** Retrying is always safe, because the events have ids. */
const RETRY_STATUSES = new Set([408, 429, 500, 502, 503, 504]);

/** Connection errors that mean that a server is there; after any other error, nothing listens at the URL. */
const LATE_FAILURES = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']);

/** Advice for the command line, added to the server's message. */
const hints: Record<number, string> = {
  401: '. Give a key with the scope write with --key or MILLRACE_KEY',
  403: '. Give a key with the scope write, for this site or for all sites, with --key or MILLRACE_KEY',
  404: '. Give the URL of ingestion with --url',
  405: '. Another service may be listening there: give the URL of ingestion with --url',
};

export interface Receiver {
  /** URL of `POST /events`. */
  url: URL;
  /** Needed if ingestion requires one. */
  key: string | undefined;
}

/** Sends `body` (NDJSON of `count` events) once. Never throws; a failed connection is a verdict too. */
export async function tryBatch({ url, key }: Receiver, body: string, count: number): Promise<Verdict> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-ndjson',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return judge(response, await response.text(), count);
  } catch (error) {
    const isUnreachable = !isTimeout(error) && !LATE_FAILURES.has(String(causeOf(error).code));
    return { kind: 'retry', why: connectionProblem(error), retryAfterMs: null, isUnreachable };
  }
}

function judge(response: Response, text: string, count: number): Verdict {
  const { status } = response;
  if (RETRY_STATUSES.has(status)) {
    return { kind: 'retry', why: `answers ${status}`, retryAfterMs: retryAfterMs(response.headers.get('retry-after')) };
  }
  const answer = asObject(parseJson(text));
  if (status === 200 && isCount(answer.accepted, count)) {
    return { kind: 'answered', accepted: answer.accepted, rejected: rejections(answer.rejected) };
  }
  const error = asObject(answer.error);
  const rejected = rejections(asObject(error.details).rejected);
  if (status === 400 && rejected.length > 0) return { kind: 'answered', accepted: 0, rejected };
  if (status >= 300 && status < 400) {
    const location = printable(response.headers.get('location') ?? 'nowhere');
    return { kind: 'refused', why: `redirects (${status}) to ${location}; give the final URL with --url` };
  }
  const tooLarge = status === 413;
  if (typeof error.message === 'string') {
    const hint = hints[status] ?? '';
    const why = `refuses with ${status}: ${printable(error.message, 300).replace(/\.$/, '')}${hint}`;
    return { kind: 'refused', why, tooLarge };
  }
  return { kind: 'refused', why: `answers ${status}, which Millrace's ingestion never does: check --url`, tooLarge };
}

function rejections(list: unknown): Rejection[] {
  if (!Array.isArray(list)) return [];
  return list
    .map(asObject)
    .filter((entry) => typeof entry.index === 'number')
    .map((entry) => ({
      index: Number(entry.index),
      message: String(entry.message ?? entry.reason ?? 'no reason given'),
    }));
}

/** Parses `Retry-After`, in seconds or as a date, into milliseconds from now; null if it is missing or invalid. */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

function connectionProblem(error: unknown): string {
  if (isTimeout(error)) {
    return `did not respond within ${REQUEST_TIMEOUT_MS / 1000} s`;
  }
  const cause = causeOf(error);
  return `is unreachable (${String(cause.code ?? cause.message ?? error)})`;
}

/** The connection error behind an error of `fetch`; if several addresses were tried, that of the first. */
function causeOf(error: unknown): Record<string, unknown> {
  const cause = asObject(error instanceof Error ? error.cause : null);
  return Array.isArray(cause.errors) ? asObject(cause.errors[0]) : cause;
}

function isCount(value: unknown, max: number): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= max;
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
