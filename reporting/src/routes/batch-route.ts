/** `POST /api/v1/query/batch`: several queries over one range and selection of events, such as all panels of a dashboard. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { Logger } from '@millrace/shared/platform/logger';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { RequestHandler, Response } from 'express';
import {
  type BatchAnswer,
  type BatchOutput,
  createLinesOutput,
  createWholeOutput,
  wantsLines,
} from '../batch/batch-output.js';
import { checkBatchPatterns, patternsOfBatch } from '../batch/check-batch-patterns.js';
import { readBatch } from '../batch/read-batch.js';
import { readJson } from '../http/read-json.js';
import { checkBytes, maxAnswerBytes } from '../query/page-rows.js';
import { patternTimeoutMs } from '../query-request/check-patterns.js';
import { type BatchRequest, parseBatch } from '../query-request/parse-batch.js';
import { admitRead, type ReadDeps, type ReadOptions } from '../reading/admit-read.js';
import { budgetOf } from '../reading/read-budget.js';
import { withFixedFilters } from '../share-links/guest.js';

export interface BatchDependencies extends ReadDeps {
  logger: Logger;
  clock?: () => Date;
}

export function batchRoute(deps: BatchDependencies): RequestHandler {
  return async (req, res) => {
    const startedAt = performance.now();
    const batch = parseBatch(withFixedFilters(res, await readJson(req, res)));
    checkSite(res, batch.siteId);
    const output = wantsLines(req) ? createLinesOutput(res, deps.logger) : createWholeOutput(res);
    try {
      await sendBatch(deps, res, batch, output, startedAt);
    } catch (error) {
      if (!output.fail(error)) throw error;
    }
  };
}

async function sendBatch(
  deps: BatchDependencies,
  res: Response,
  batch: BatchRequest,
  output: BatchOutput,
  startedAt: number,
): Promise<void> {
  const budget = budgetOf(res);
  const { asOf } = res.locals as { asOf?: Date | null };
  const more = () => ({
    elapsed_ms: Math.round(performance.now() - startedAt),
    ...(asOf !== undefined && { as_of: asOf }),
  });
  await checkBatchPatterns(deps.pool, batch, budget.signal);
  const now = (deps.clock ?? (() => new Date()))();
  const longestMs = patternsOfBatch(batch).length > 0 ? patternTimeoutMs : undefined;
  const read = async (client: PoolClient, reads: ReadOptions) => {
    // A read that may be restarted must not send anything before it is done.
    const held: BatchAnswer[] = [];
    const give = reads.admit ? (answer: BatchAnswer) => held.push(answer) : output.add;
    let bytes = 0;
    const about = await readBatch(client, batch, reads, now, ({ index, id, fields, meta }) => {
      const json = JSON.stringify({ ...fields, meta: { ...meta, ...more() } });
      bytes += Buffer.byteLength(json);
      checkBytes(bytes, maxAnswerBytes);
      give({ index, id, json });
    });
    for (const answer of held) output.add(answer);
    return about;
  };
  const { siteKnown } = await admitRead(deps, budget, read, longestMs);
  output.end({ queries: batch.queries.length, site_known: siteKnown, ...more() });
}
