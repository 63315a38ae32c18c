/** Sends queries to reporting. Those issued together go as one batch, and each resolves as soon as its result arrives. */

import { ApiError, offlineError, send } from './api.ts';
import type { components } from './api-types.d.ts';
import { trackPending } from './pending.ts';
import type { Filter } from './view.ts';

type Schemas = components['schemas'];

/** In the order of the query. */
export interface Row {
  dimensions: (string | null)[];
  metrics: (number | string | null)[];
  comparison?: { dimensions: (string | null)[]; metrics: (number | string | null)[]; change: (number | null)[] };
}

export interface QueryResult {
  results: Row[];
  meta: Schemas['Answer']['meta'];
  query: Schemas['Answer']['query'];
  /** When it arrived, in milliseconds since 1970. */
  at: number;
}

/** What all queries of a batch share. */
export interface Scope {
  site_id: string;
  date_range: string | [string, string];
  timezone?: string;
  filters?: unknown[];
  include_bots?: boolean;
}

export interface Query {
  metrics: string[];
  dimensions?: string[];
  filters?: (Filter | unknown)[];
  order_by?: [string, 'asc' | 'desc'][];
  limit?: number;
  offset?: number;
  include?: Record<string, unknown>;
}

interface PendingQuery {
  query: Query;
  signal: AbortSignal;
  resolve: (result: QueryResult) => void;
  reject: (error: unknown) => void;
}

/** Queries collected until the end of the current task, by lane and scope. */
const batches = new Map<string, PendingQuery[]>();
const maxBatchSize = 50;

/**
 * `lane` separates queries that must not wait for each other: the top of a page, its panels, and slow lists.
 * @throws ApiError
 */
export function runQuery(lane: string, scope: Scope, query: Query, signal: AbortSignal): Promise<QueryResult> {
  const key = JSON.stringify([lane, scope]);
  const result = new Promise<QueryResult>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    const batch = batches.get(key);
    if (batch) return void batch.push({ query, signal, resolve, reject });
    batches.set(key, [{ query, signal, resolve, reject }]);
    queueMicrotask(() => {
      const pending = batches.get(key) ?? [];
      batches.delete(key);
      for (let from = 0; from < pending.length; from += maxBatchSize) {
        void sendBatch(scope, pending.slice(from, from + maxBatchSize));
      }
    });
  });
  return trackPending(result);
}

/** Aborts once every query of the batch has been aborted; until then others still need the response. */
function abortWhenAllAbort(pending: PendingQuery[]): AbortSignal {
  const controller = new AbortController();
  const check = () => pending.every(({ signal }) => signal.aborted) && controller.abort();
  for (const { signal } of pending) signal.addEventListener('abort', check);
  return controller.signal;
}

async function sendBatch(scope: Scope, pending: PendingQuery[]): Promise<void> {
  const signal = abortWhenAllAbort(pending);
  try {
    const body = { ...scope, queries: pending.map(({ query }) => query) };
    const response = await send('/query/batch', { method: 'POST', body, accept: 'application/x-ndjson', signal });
    let resolved = 0;
    for await (const line of readLines(response)) resolved += resolveLine(JSON.parse(line) as Line, pending);
    if (resolved < pending.length) throw new Error('The response was truncated.');
  } catch (error) {
    const problem = error instanceof ApiError || signal.aborted ? error : offlineError();
    // Queries that already have a result are settled, so this does not affect them.
    for (const { reject } of pending) reject(problem);
  }
}

type Line =
  | ({ index: number } & Omit<QueryResult, 'at'>)
  | { meta: object; index?: undefined; error?: undefined }
  | { error: { code: string; message: string }; index?: undefined };

/** Returns the number of queries that it resolved. */
function resolveLine(line: Line, pending: PendingQuery[]): 0 | 1 {
  if ('error' in line && line.error) throw new ApiError(500, line.error.code, line.error.message);
  if (line.index === undefined) return 0;
  pending[line.index]?.resolve({ ...line, at: Date.now() });
  return 1;
}

async function* readLines({ body }: Response): AsyncGenerator<string> {
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
