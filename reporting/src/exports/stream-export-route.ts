/** `/api/v1/datasets/:id/export.csv` and other formats: a file while it is read, which nobody keeps. */

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
import { type FilePlan, fileChunks } from './export-file.js';
import { defaultFilename } from './export-filename.js';
import { keyIdOf } from './find-export.js';
import { refuseUnused } from './format-options.js';
import type { FileFormat, FormatId } from './formats/format.js';
import { formats } from './formats/formats.js';
import { onOwnConnection } from './on-own-connection.js';
import { sendAll } from './send-all.js';
import { startedBy } from './started-by.js';
import { type Asker, createShares } from './stream-shares.js';
import { takenInTime } from './taken-in-time.js';

export interface StreamDependencies {
  pool: Pool;
  /** Absent: Postgres counts everything. */
  engine?: SegmentEngine | undefined;
  /** How many at a time: each has a connection of its own, for as long as its reader takes. */
  streams: Gate;
  /** How long a chunk waits for a client that does not read, before the connection is closed. */
  unreadMs?: number;
  isTrustedProxy?: TrustedProxies;
  clock?: () => Date;
}

type StreamRequest = Request<{ id: string; format: string }>;

/** A reader that is slow on purpose must not hold a snapshot for longer. */
const statementTimeoutMs = 3_600_000;
/** A chunk has some 128 KB: whoever needs more time has gone, or takes a place from others. */
const defaultUnreadMs = 60_000;
/** PDF needs a processor for seconds at a time, which everybody else here would wait for. */
const streamed: FormatId[] = ['csv', 'json', 'ndjson', 'xlsx', 'parquet'];

function findFormat(name: string): FileFormat {
  const id = streamed.find((known) => known === name);
  if (id) return formats[id];
  const hint = name === 'pdf' ? '; a PDF is made by POST /api/v1/exports' : '';
  throw new ServiceError('not_found', `A dataset is sent as ${streamed.join(', ')}${hint}.`);
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

/** Ends with the client, and until the first rows are there with the time that any answer may take. */
function stopWith(res: Response) {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  res.once('close', stop);
  const { signal: budget } = budgetOf(res);
  if (budget.aborted) stop();
  budget.addEventListener('abort', stop);
  return { signal: stopping.signal, begun: () => budget.removeEventListener('abort', stop) };
}

async function send(
  res: Response,
  chunks: AsyncIterable<Uint8Array>,
  begun: () => void,
  head: () => void,
  unreadMs: number,
): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  // What goes wrong until the first chunk is there is answered as such.
  const first = await iterator.next();
  begun();
  // Whoever waited too long for it has been told so.
  if (res.headersSent) return void (await iterator.return?.());
  head();
  await sendAll(
    takenInTime(startedBy(first, iterator), unreadMs, () => res.destroy()),
    res,
  );
}

/** Whose share of the places a file takes. */
function askerOf(req: StreamRequest, res: Response, isTrusted: TrustedProxies): Asker {
  const id = keyIdOf(res);
  if (id !== undefined) return { kind: 'key', id };
  return { kind: 'address', id: clientOf(req.socket.remoteAddress, req.headers['x-forwarded-for'], isTrusted) };
}

export function streamExportRoute(deps: StreamDependencies): RequestHandler<{ id: string; format: string }> {
  const {
    pool,
    engine,
    streams,
    unreadMs = defaultUnreadMs,
    isTrustedProxy = () => false,
    clock = () => new Date(),
  } = deps;
  const shares = createShares(streams.maxConcurrent);
  return async (req: StreamRequest, res) => {
    const now = clock();
    const { request, format, bom, includeMetadata } = parseRequest(req);
    checkSite(res, request.siteId);
    const { signal, begun } = stopWith(res);
    const resolved = await resolveDataset(pool, request, now, signal);
    if (!resolved.siteKnown) throw unknownSite(request.siteId);
    const head = () => {
      res.attachment(defaultFilename(request.dataset.id, request.siteId, now, format.extension));
      res.set('content-type', format.contentType);
    };
    if (req.method === 'HEAD') {
      head();
      return void res.end();
    }
    const plan: FilePlan = { resolved, format, gzip: false, includeMetadata, bom, now, generatedAt: now, engine };
    const read = () =>
      onOwnConnection(pool, { statementTimeoutMs, signal }, (client) =>
        send(res, fileChunks(client, plan, signal), begun, head, unreadMs),
      );
    const giveBack = shares.take(askerOf(req, res, isTrustedProxy));
    // Whoever has its file may ask for the next at once, while the connection to the database still closes.
    res.once('finish', giveBack);
    await streams(read, signal).finally(giveBack);
  };
}
