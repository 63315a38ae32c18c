/** Asks reporting what panels want to know: what is asked together goes as one batch, and each answer is there as soon as it comes. */

import { ApiError, send, unreachable } from './api.ts';
import type { components } from './api-types.d.ts';
import { noteWaiting } from './pending.ts';
import type { Filter } from './view.ts';

type Schemas = components['schemas'];

/** Values and figures of a row, in the order of the question. */
export interface Row {
  dimensions: (string | null)[];
  metrics: (number | string | null)[];
  comparison?: { dimensions: (string | null)[]; metrics: (number | string | null)[]; change: (number | null)[] };
}

export interface Answer {
  results: Row[];
  meta: Schemas['Answer']['meta'];
  query: Schemas['Answer']['query'];
  /** When it came, in milliseconds since 1970. */
  at: number;
}

/** What all questions of a batch have in common. */
export interface Scope {
  site_id: string;
  date_range: string | [string, string];
  timezone?: string;
  filters?: unknown[];
  include_bots?: boolean;
}

export interface Question {
  metrics: string[];
  dimensions?: string[];
  filters?: (Filter | unknown)[];
  order_by?: [string, 'asc' | 'desc'][];
  limit?: number;
  offset?: number;
  include?: Record<string, unknown>;
}

interface Waiting {
  question: Question;
  signal: AbortSignal;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/** Questions of one moment, by what they have in common. */
const batches = new Map<string, Waiting[]>();
const largestBatch = 50;

/**
 * `lane` keeps apart what must not wait for each other: the top of a page, its panels, and lists that take long.
 * @throws ApiError
 */
export function ask(lane: string, scope: Scope, question: Question, signal: AbortSignal): Promise<Answer> {
  const key = JSON.stringify([lane, scope]);
  const answer = new Promise<Answer>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    const batch = batches.get(key);
    if (batch) return void batch.push({ question, signal, resolve, reject });
    batches.set(key, [{ question, signal, resolve, reject }]);
    queueMicrotask(() => {
      const waiting = batches.get(key) ?? [];
      batches.delete(key);
      for (let from = 0; from < waiting.length; from += largestBatch) {
        void sendBatch(scope, waiting.slice(from, from + largestBatch));
      }
    });
  });
  return noteWaiting(answer);
}

/** Aborts once nobody waits any more: others need the answers that one has given up. */
function whenAllAbort(waiting: Waiting[]): AbortSignal {
  const stopping = new AbortController();
  const check = () => waiting.every(({ signal }) => signal.aborted) && stopping.abort();
  for (const { signal } of waiting) signal.addEventListener('abort', check);
  return stopping.signal;
}

async function sendBatch(scope: Scope, waiting: Waiting[]): Promise<void> {
  const signal = whenAllAbort(waiting);
  try {
    const body = { ...scope, queries: waiting.map(({ question }) => question) };
    const response = await send('/query/batch', { method: 'POST', body, accept: 'application/x-ndjson', signal });
    let answered = 0;
    for await (const line of linesOf(response)) answered += takeLine(JSON.parse(line) as Line, waiting);
    if (answered < waiting.length) throw new Error('The answer was cut.');
  } catch (error) {
    const problem = error instanceof ApiError || signal.aborted ? error : unreachable();
    // Of those that were answered this changes nothing.
    for (const { reject } of waiting) reject(problem);
  }
}

type Line =
  | ({ index: number } & Omit<Answer, 'at'>)
  | { meta: object; index?: undefined; error?: undefined }
  | { error: { code: string; message: string }; index?: undefined };

/** Returns how many questions it answers. */
function takeLine(line: Line, waiting: Waiting[]): 0 | 1 {
  if ('error' in line && line.error) throw new ApiError(500, line.error.code, line.error.message);
  if (line.index === undefined) return 0;
  waiting[line.index]?.resolve({ ...line, at: Date.now() });
  return 1;
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop()!;
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}
