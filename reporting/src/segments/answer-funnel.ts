import type { PoolClient } from '@millrace/shared/platform/postgres';
import { eventRange, type Funnel, type FunnelAnswer, rulesOf } from '../funnel/funnel.js';
import { addTallies } from '../funnel/tally-funnel.js';
import type { ReadOptions } from '../reading/admit-read.js';
import { columnKey, filterSources, rangeMs } from './answer-segments.js';
import type { FunnelPlan, FunnelTask } from './count-funnel.js';
import { displayText } from './matching-codes.js';
import type { SharedTask } from './part.js';
import { planFilter } from './plan-filter.js';
import { columnsNeeded } from './plan-segment-query.js';
import { type ReadParts, readParts } from './read-parts.js';
import { runOnThreads } from './run-on-threads.js';
import type { SegmentEngine } from './segment-engine.js';
import { sourceColumn } from './visit-columns.js';
import { visitRules, widenForVisits } from './visit-rules.js';

async function funnelPlan(
  client: PoolClient,
  funnel: Funnel,
  read: ReadParts,
  visitColumns: string[] | undefined,
): Promise<FunnelPlan> {
  const { filter, steps, byVisit = false, breakdown } = funnel;
  const sources = filterSources(client, read);
  const filters = [];
  for (const step of steps) filters.push(await planFilter(step, sources));
  return {
    ...rulesOf(funnel),
    ...{ filters, byVisit, range: rangeMs(eventRange(funnel)) },
    ...(filter && { filter: await planFilter(filter, sources) }),
    ...(breakdown && { breakdown: columnKey(breakdown, read) }),
    ...(visitColumns && { visits: { ...visitRules(read), columns: visitColumns } }),
  };
}

/** Undefined for what segments cannot answer; see `answerSegments`. `client` must be in a transaction with one snapshot. */
export async function answerFunnel(
  client: PoolClient,
  engine: SegmentEngine,
  funnel: Funnel,
  reads: Pick<ReadOptions, 'admit' | 'signal'>,
): Promise<FunnelAnswer | undefined> {
  const { filter, steps, byVisit, breakdown } = funnel;
  const columns = columnsNeeded([filter, ...steps], breakdown ? [breakdown] : [], byVisit);
  if (columns === undefined) return undefined;
  const { coded, visits } = columns;
  const range = eventRange(funnel);
  const usesVisits = visits !== undefined;
  const needed = {
    ...{ siteId: funnel.siteId, range: usesVisits ? widenForVisits(range) : range },
    ...{ coded, usesVisits, usesVisitors: true, usesTime: true },
  };
  const read = await readParts(client, engine, needed, reads);
  if (read === undefined) return undefined;
  const plan = await funnelPlan(client, funnel, read, visits);
  const taskOf = (shared: SharedTask): FunnelTask => ({ kind: 'funnel', plan, ...shared });
  const tally = addTallies(await runOnThreads(engine, read, taskOf, reads.signal));
  const column = sourceColumn(breakdown ?? '');
  const hostnames = new Set(read.site.hostnames);
  return {
    ...tally,
    textOf: (code) => displayText(column, read.values.get(column)?.textOf(code) ?? null, hostnames),
    source: read.hasRaw ? 'mixed' : 'segments',
  };
}
