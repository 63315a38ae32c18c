/** Answers a funnel from segments, and raw events where there are none. */
import type { PoolClient } from '@millrace/shared/postgres';
import { eventRange, type Funnel, type FunnelAnswer, rulesOf } from '../funnel/funnel.js';
import { addTallies } from '../funnel/tally-funnel.js';
import type { Reads } from '../query/reads.js';
import type { FunnelPlan, FunnelTask } from './count-funnel.js';
import { shownText } from './fitting-codes.js';
import type { SharedTask } from './part.js';
import { conditionsOf, planFilter } from './plan-filter.js';
import { isKept } from './plan-question.js';
import { type ReadParts, readParts } from './read-parts.js';
import { runOnThreads } from './run-on-threads.js';
import { sameReferrers } from './same-referrers.js';
import type { SegmentEngine } from './segment-engine.js';
import { codedColumn, isOfVisits } from './visit-columns.js';
import { aroundVisits, visitColumns, visitRules } from './visit-rules.js';

const wanted = ({ filter, steps, breakdown }: Funnel): string[] => {
  const filtered = [filter, ...steps].flatMap(conditionsOf).map(({ dimension }) => dimension);
  return [...new Set([...filtered, ...(breakdown ? [breakdown] : [])])];
};

async function funnelPlan(client: PoolClient, funnel: Funnel, read: ReadParts, columns: string[]): Promise<FunnelPlan> {
  const { site, values, users } = read;
  const { filter, steps, byVisit = false, breakdown } = funnel;
  const sources = {
    ...{ client, siteId: funnel.siteId, values, hostnames: new Set(site.hostnames) },
    users: { lastVisitorNo: site.lastVisitorNo, added: users },
  };
  const filters = [];
  for (const step of steps) filters.push(await planFilter(step, sources));
  const { from, to } = eventRange(funnel);
  const ofVisits = columns.filter(isOfVisits);
  const same = breakdown && codedColumn(breakdown) === 'referrer' ? sameReferrers(read) : undefined;
  return {
    ...rulesOf(funnel),
    ...{ filters, byVisit, range: [from.getTime(), to.getTime()] },
    ...(filter && { filter: await planFilter(filter, sources) }),
    ...(breakdown && { breakdown: { column: breakdown, ...(same && { same }) } }),
    ...((byVisit || ofVisits.length > 0) && { visits: { ...visitRules(read), columns: ofVisits } }),
  };
}

/** Undefined for what segments cannot answer, see `answerSegments`. `client` is inside a transaction with one snapshot. */
export async function answerFunnel(
  client: PoolClient,
  engine: SegmentEngine,
  funnel: Funnel,
  reads: Pick<Reads, 'admit' | 'signal'>,
): Promise<FunnelAnswer | undefined> {
  const columns = wanted(funnel);
  if (!columns.map(codedColumn).every(isKept)) return undefined;
  const usesVisits = funnel.byVisit === true || columns.some(isOfVisits);
  const range = eventRange(funnel);
  const coded = columns.filter((column) => column !== 'user_id').map(codedColumn);
  const needed = {
    ...{ siteId: funnel.siteId, range: usesVisits ? aroundVisits(range) : range, usesVisits, usesVisitors: true },
    coded: [...new Set([...coded, ...(usesVisits ? visitColumns : [])])],
    usesTime: true,
  };
  const read = await readParts(client, engine, needed, reads.admit);
  if (read === undefined) return undefined;
  const plan = await funnelPlan(client, funnel, read, columns);
  const taskOf = (shared: SharedTask): FunnelTask => ({ kind: 'funnel', plan, ...shared });
  const tally = addTallies(await runOnThreads(engine, read, taskOf, reads.signal), funnel.steps.length);
  const column = codedColumn(funnel.breakdown ?? '');
  const hostnames = new Set(read.site.hostnames);
  return {
    ...tally,
    textOf: (code) => shownText(column, read.values.get(column)?.textOf(code) ?? null, hostnames),
    source: read.hasRaw ? 'mixed' : 'segments',
  };
}
