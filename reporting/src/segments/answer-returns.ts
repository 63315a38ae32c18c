/** Counts visitors who come again from segments, and raw events where there are none. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { compareValues } from '../query/page-rows.js';
import type { Reads } from '../reading/read-in-turn.js';
import type { Returns, ReturnsParams } from '../retention/return-table.js';
import { columnKey, msOf, sourcesOf } from './answer-segments.js';
import { addReturns, type CountedReturns, type ReturnsPlan, type ReturnsTask } from './count-returns.js';
import { shownText } from './fitting-codes.js';
import type { SharedTask } from './part.js';
import { planFilter } from './plan-filter.js';
import { columnsNeeded } from './plan-question.js';
import { type ReadParts, readParts } from './read-parts.js';
import { runOnThreads } from './run-on-threads.js';
import type { SegmentEngine } from './segment-engine.js';
import { codedColumn } from './visit-columns.js';
import { aroundVisits, visitRules } from './visit-rules.js';

export interface ReturnsAnswer extends Returns {
  source: 'segments' | 'mixed';
}

/** Without the breakdown; see {@link withValues}. */
async function planReturns(
  client: PoolClient,
  { bounds, filter, first, returning }: ReturnsParams,
  visitColumns: string[] | undefined,
  read: ReadParts,
): Promise<ReturnsPlan> {
  const sources = sourcesOf(client, read);
  const range = msOf({ from: bounds[0]!, to: bounds.at(-1)! });
  return {
    ...{ bounds: bounds.map((bound) => bound.getTime()), tables: 1 },
    ...(filter && { filter: await planFilter(filter, sources) }),
    ...(first && { first: await planFilter(first, sources) }),
    ...(returning && { returning: await planFilter(returning, sources) }),
    ...(visitColumns && { visits: { columns: visitColumns, ...visitRules(read), range } }),
  };
}

/** The values that most visitors have, with the texts that they are shown by. */
function topValues(breakdown: string, limit: number, { ofValues }: CountedReturns, { values, site }: ReadParts) {
  const column = codedColumn(breakdown);
  const hostnames = new Set(site.hostnames);
  const found = [...ofValues.keys()].filter((code) => ofValues[code]! > 0);
  const texts = new Map(found.map((code) => [code, shownText(column, values.get(column)!.textOf(code), hostnames)]));
  const inOrder = (a: number, b: number) =>
    ofValues[b]! - ofValues[a]! || compareValues(texts.get(a)!, texts.get(b)!, 'asc');
  return found
    .sort(inOrder)
    .slice(0, limit)
    .map((code) => ({ code, value: texts.get(code)! }));
}

type Count = (plan: ReturnsPlan) => Promise<CountedReturns>;

/** Counted twice: first how many visitors each value has, then those with most. */
async function withValues(
  breakdown: string,
  limit: number,
  plan: ReturnsPlan,
  read: ReadParts,
  count: Count,
): Promise<Returns> {
  const value = columnKey(breakdown, read);
  const tops = topValues(breakdown, limit, await count({ ...plan, value }), read);
  const tableOf = new Uint32Array(value.size);
  for (const [at, { code }] of tops.entries()) tableOf[code] = at + 1;
  const { tables } = await count({ ...plan, value, tableOf, tables: tops.length + 1 });
  return { total: tables[0]!, byValue: tops.map((top, at) => ({ value: top.value, table: tables[at + 1]! })) };
}

/** Undefined for what segments cannot answer, see `answerSegments`. `client` is inside a transaction with one snapshot. */
export async function answerReturns(
  client: PoolClient,
  engine: SegmentEngine,
  question: ReturnsParams,
  reads: Pick<Reads, 'admit' | 'signal'>,
): Promise<ReturnsAnswer | undefined> {
  const { siteId, bounds, filter, first, returning, breakdown, breakdownLimit } = question;
  const needed = columnsNeeded([filter, first, returning], breakdown ? [breakdown] : []);
  if (needed === undefined) return undefined;
  const { visits, coded } = needed;
  const range = { from: bounds[0]!, to: bounds.at(-1)! };
  const parts = {
    ...{ siteId, coded, usesVisitors: true, usesTime: true, usesVisits: visits !== undefined },
    range: visits ? aroundVisits(range) : range,
  };
  const read = await readParts(client, engine, parts, reads);
  if (read === undefined) return undefined;
  const plan = await planReturns(client, question, visits, read);
  const count: Count = async (counted) => {
    const task = (shared: SharedTask): ReturnsTask => ({ kind: 'returns', plan: counted, ...shared });
    return addReturns(bounds.length - 1, await runOnThreads(engine, read, task, reads.signal));
  };
  const returns = breakdown
    ? await withValues(breakdown, breakdownLimit, plan, read, count)
    : { total: (await count(plan)).tables[0]!, byValue: [] };
  return { ...returns, source: read.hasRaw ? 'mixed' : 'segments' };
}
