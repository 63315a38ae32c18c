/** `/api/v1/datasets/:id/export.csv` and other formats: streams a file without storing it. */
import { clientOf, type TrustedProxies } from '@millrace/shared/access/rate-limit';
import { checkSite } from '@millrace/shared/access/require-scope';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Request, RequestHandler, Response } from 'express';
import { findDataset } from '../datasets/datasets.js';
import { parseDatasetQuery } from '../datasets/parse-dataset.js';
import { resolveDataset } from '../datasets/read-dataset.js';
import { refusal } from '../query-request/refuse.js';
import type { Gate } from '../reading/gate.js';
import { budgetOf } from '../reading/read-budget.js';
import type { SegmentEngine } from '../segments/segment-engine.js';
import { unknownSite } from '../sites/check-known-site.js';
import { type FilePlan, fileChunks, startedBy } from './export-file.js';
import { defaultFilename } from './export-filename.js';
import { keyIdOf } from './find-export.js';
import { refuseUnused } from './format-options.js';
import type { FileFormat, FormatId } from './formats/format.js';
import { formats } from './formats/formats.js';
import { onOwnConnection } from './on-own-connection.js';
import { sendAll } from './serve-file.js';
import { type Caller, createShares } from './stream-shares.js';

/** Calls `giveUp` if the reader leaves a chunk waiting for longer than `waitMs`: it holds a snapshot and one of a few slots. */
async function* withStallTimeout(
  chunks: AsyncIterable<Uint8Array>,
  waitMs: number,
  giveUp: () => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const timer = setTimeout(giveUp, waitMs);
    try {
      yield chunk;
    } finally {
      clearTimeout(timer);
    }
  }
}

export interface StreamDependencies {
  pool: Pool;
  /** Absent: Postgres computes everything. */
  engine?: SegmentEngine | undefined;
  /** Limits concurrent files: each holds a database connection for as long as its client reads. */
  streams: Gate;
  /** How long a chunk waits for a client that does not read before the connection is closed. */
  stallTimeoutMs?: number;
  isTrustedProxy?: TrustedProxies;
  clock?: () => Date;
}

type StreamRequest = Request<{ id: string; format: string }>;

/** Limits how long a deliberately slow client can hold a snapshot. */
const statementTimeoutMs = 3_600_000;
/** A chunk has about 128 KB: a client that needs longer is gone, or takes a slot from others. */
const defaultStallTimeoutMs = 60_000;
/** Without PDF, which would block the event loop for seconds. */
const streamableFormats: FormatId[] = ['csv', 'json', 'ndjson', 'xlsx', 'parquet'];

function findFormat(name: string): FileFormat {
  const id = streamableFormats.find((known) => known === name);
  if (id) return formats[id];
  const hint = name === 'pdf' ? '; create PDFs with POST /api/v1/exports' : '';
  throw new ServiceError('not_found', `A dataset can be streamed as ${streamableFormats.join(', ')}${hint}.`);
}

const flagOf = (name: string, value: unknown): boolean => {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw refusal([name], 'must be true or false');
};

function parseRequest({ params, query }: StreamRequest) {
  const format = findFormat(params.format);
  const { bom, includeMetadata, ...rest } = query as Record<string, unknown>;
  const flags = { bom: flagOf('bom', bom), includeMetadata: flagOf('includeMetadata', includeMetadata) };
  refuseUnused({ format: format.id, ...flags });
  return {
    format,
    ...flags,
    request: parseDatasetQuery(findDataset(params.id), rest),
  };
}

/** Stops when the client disconnects, or when the time budget of the request ends before the first rows are read. */
function stopWith(res: Response) {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  res.once('close', stop);
  const { signal: budget } = budgetOf(res);
  if (budget.aborted) stop();
  budget.addEventListener('abort', stop);
  return { signal: stopping.signal, endBudget: () => budget.removeEventListener('abort', stop) };
}

async function send(
  res: Response,
  chunks: AsyncIterable<Uint8Array>,
  endBudget: () => void,
  writeHead: () => void,
  stallTimeoutMs: number,
): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  // Failures before the first chunk become an error response.
  const first = await iterator.next();
  endBudget();
  // The time budget ended, and the error was already sent.
  if (res.headersSent) return void (await iterator.return?.());
  writeHead();
  await sendAll(
    withStallTimeout(startedBy(first, iterator), stallTimeoutMs, () => res.destroy()),
    res,
  );
}

/** Who the slot is counted for. */
function callerOf(req: StreamRequest, res: Response, isTrusted: TrustedProxies): Caller {
  const id = keyIdOf(res);
  if (id !== undefined) return { kind: 'key', id };
  return { kind: 'address', id: clientOf(req.socket.remoteAddress, req.headers['x-forwarded-for'], isTrusted) };
}

export function streamExportRoute(deps: StreamDependencies): RequestHandler<{ id: string; format: string }> {
  const {
    pool,
    engine,
    streams,
    stallTimeoutMs = defaultStallTimeoutMs,
    isTrustedProxy = () => false,
    clock = () => new Date(),
  } = deps;
  const shares = createShares(streams.maxConcurrent);
  return async (req: StreamRequest, res) => {
    const now = clock();
    const { request, format, bom, includeMetadata } = parseRequest(req);
    checkSite(res, request.siteId);
    const { signal, endBudget } = stopWith(res);
    const resolved = await resolveDataset(pool, request, now, signal);
    if (!resolved.siteKnown) throw unknownSite(request.siteId);
    const writeHead = () => {
      res.attachment(defaultFilename(request.dataset.id, request.siteId, now, format.extension));
      res.set('content-type', format.contentType);
    };
    if (req.method === 'HEAD') {
      writeHead();
      return void res.end();
    }
    const plan: FilePlan = { resolved, format, gzip: false, includeMetadata, bom, now, generatedAt: now, engine };
    const read = () =>
      onOwnConnection(pool, { statementTimeoutMs, signal }, (client) =>
        send(res, fileChunks(client, plan, signal), endBudget, writeHead, stallTimeoutMs),
      );
    const release = shares.acquire(callerOf(req, res, isTrustedProxy));
    // Released as soon as the client has the file: closing the database connection takes longer.
    res.once('finish', release);
    await streams(read, signal).finally(release);
  };
}
