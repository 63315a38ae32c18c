import type { PoolClient } from '@millrace/shared/platform/postgres';
import { compareValues } from '../query/page-rows.js';
import type { ReadOptions } from '../reading/admit-read.js';
import type { Returns, ReturnsParams } from '../retention/return-table.js';
import { columnKey, filterSources, rangeMs } from './answer-segments.js';
import { addRetention, type CountedRetention, type RetentionPlan, type RetentionTask } from './count-retention.js';
import { displayText } from './matching-codes.js';
import type { SharedTask } from './part.js';
import { planFilter } from './plan-filter.js';
import { columnsNeeded } from './plan-segment-query.js';
import { type ReadParts, readParts } from './read-parts.js';
import { runOnThreads } from './run-on-threads.js';
import type { SegmentEngine } from './segment-engine.js';
import { sourceColumn } from './visit-columns.js';
import { visitRules, widenForVisits } from './visit-rules.js';

export interface RetentionAnswer extends Returns {
  source: 'segments' | 'mixed';
}

/** Without the breakdown; see {@link countByValue}. */
async function planRetention(
  client: PoolClient,
  { bounds, filter, first, returning }: ReturnsParams,
  visitColumns: string[] | undefined,
  read: ReadParts,
): Promise<RetentionPlan> {
  const sources = filterSources(client, read);
  const range = rangeMs({ from: bounds[0]!, to: bounds.at(-1)! });
  return {
    ...{ bounds: bounds.map((bound) => bound.getTime()), tables: 1 },
    ...(filter && { filter: await planFilter(filter, sources) }),
    ...(first && { first: await planFilter(first, sources) }),
    ...(returning && { returning: await planFilter(returning, sources) }),
    ...(visitColumns && { visits: { columns: visitColumns, ...visitRules(read), range } }),
  };
}

/** The values with the most visitors, with their display texts. */
function topValues(
  breakdown: string,
  limit: number,
  { visitorsByValue }: CountedRetention,
  { values, site }: ReadParts,
) {
  const column = sourceColumn(breakdown);
  const hostnames = new Set(site.hostnames);
  const found = [...visitorsByValue.keys()].filter((code) => visitorsByValue[code]! > 0);
  const texts = new Map(found.map((code) => [code, displayText(column, values.get(column)!.textOf(code), hostnames)]));
  const inOrder = (a: number, b: number) =>
    visitorsByValue[b]! - visitorsByValue[a]! || compareValues(texts.get(a)!, texts.get(b)!, 'asc');
  return found
    .sort(inOrder)
    .slice(0, limit)
    .map((code) => ({ code, value: texts.get(code)! }));
}

type Count = (plan: RetentionPlan) => Promise<CountedRetention>;

/** Counts twice: first the visitors of each value, then the retention of the values with the most. */
async function countByValue(
  breakdown: string,
  limit: number,
  plan: RetentionPlan,
  read: ReadParts,
  count: Count,
): Promise<Returns> {
  const value = columnKey(breakdown, read);
  const topCodes = topValues(breakdown, limit, await count({ ...plan, value }), read);
  const tableOf = new Uint32Array(value.size);
  for (const [at, { code }] of topCodes.entries()) tableOf[code] = at + 1;
  const { tables } = await count({ ...plan, value, tableOf, tables: topCodes.length + 1 });
  return { total: tables[0]!, byValue: topCodes.map((top, at) => ({ value: top.value, table: tables[at + 1]! })) };
}

/** Undefined for what segments cannot answer; see `answerSegments`. `client` must be in a transaction with one snapshot. */
export async function answerRetention(
  client: PoolClient,
  engine: SegmentEngine,
  params: ReturnsParams,
  reads: Pick<ReadOptions, 'admit' | 'signal'>,
): Promise<RetentionAnswer | undefined> {
  const { siteId, bounds, filter, first, returning, breakdown, breakdownLimit } = params;
  const needed = columnsNeeded([filter, first, returning], breakdown ? [breakdown] : []);
  if (needed === undefined) return undefined;
  const { visits, coded } = needed;
  const range = { from: bounds[0]!, to: bounds.at(-1)! };
  const parts = {
    ...{ siteId, coded, usesVisitors: true, usesTime: true, usesVisits: visits !== undefined },
    range: visits ? widenForVisits(range) : range,
  };
  const read = await readParts(client, engine, parts, reads);
  if (read === undefined) return undefined;
  const plan = await planRetention(client, params, visits, read);
  const count: Count = async (counted) => {
    const task = (shared: SharedTask): RetentionTask => ({ kind: 'returns', plan: counted, ...shared });
    return addRetention(bounds.length - 1, await runOnThreads(engine, read, task, reads.signal));
  };
  const returns = breakdown
    ? await countByValue(breakdown, breakdownLimit, plan, read, count)
    : { total: (await count(plan)).tables[0]!, byValue: [] };
  return { ...returns, source: read.hasRaw ? 'mixed' : 'segments' };
}
