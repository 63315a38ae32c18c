import type { Attempt, HttpResponse } from './post-batch.js';
import type { Rejection } from './problems.js';
import type { Item } from './queue.js';
import { retryAfterMs } from './retry-delay.js';

export interface IndexedRejection extends Rejection {
  index: number;
}

export type Verdict =
  | { kind: 'delivered'; status: number; accepted: number; rejections: IndexedRejection[] }
  | { kind: 'too_large'; status: number; why: string }
  | { kind: 'refused'; status: number; why: string }
  | { kind: 'retry'; status?: number; why: string; retryAfterMs?: number | undefined };

type Json = Record<string, unknown>;

const asObject = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});

function parse(text: string): Json {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}

function readRejections(list: unknown, count: number): IndexedRejection[] {
  if (!Array.isArray(list)) return [];
  return list
    .map(asObject)
    .filter(({ index }) => Number.isInteger(index) && Number(index) >= 0 && Number(index) < count)
    .map(({ index, reason, field, message }) => ({
      index: Number(index),
      reason: String(reason ?? 'unknown'),
      field: String(field ?? ''),
      message: String(message ?? ''),
    }));
}

const isCount = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;

/** Undefined unless it is Millrace's response to events that it received. */
function readDelivered({ status }: HttpResponse, body: Json, batch: Item[]): Verdict | undefined {
  const count = batch.length;
  if (status === 400) {
    const rejections = readRejections(asObject(asObject(body.error).details).rejected, count);
    return rejections.length > 0 ? { kind: 'delivered', status, accepted: 0, rejections } : undefined;
  }
  if (status < 200 || status > 299) return undefined;
  const { accepted, rejected } = body;
  if (!isCount(accepted, count)) return undefined;
  return { kind: 'delivered', status, accepted, rejections: readRejections(rejected, count) };
}

function describe({ status, header }: HttpResponse, body: Json): string {
  const { message } = asObject(body.error);
  if (typeof message === 'string') return `the server responded with ${status}: ${message}`;
  const to = header('location');
  const redirect = to === null ? '' : ` and a redirect to ${to}`;
  return `the server responded with ${status}${redirect}, which does not come from Millrace: check the option url`;
}

/**
 * Retrying is always safe because events carry ids. So anything that may pass by itself is retried, including responses of
 * something in between.
 */
export function judgeResponse(attempt: Attempt, batch: Item[], nowMs: number): Verdict {
  if ('failure' in attempt) return { kind: 'retry', why: `the server is unreachable: ${attempt.failure}` };
  const { status, header } = attempt;
  const body = parse(attempt.text);
  const delivered = readDelivered(attempt, body, batch);
  if (delivered) return delivered;
  const why = describe(attempt, body);
  if (status === 413) return { kind: 'too_large', status, why };
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return { kind: 'refused', status, why };
  return { kind: 'retry', status, why, retryAfterMs: retryAfterMs(header('retry-after'), header('date'), nowMs) };
}
