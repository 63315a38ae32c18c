/** Answers a query from segments, and raw events where there are none. */
import type { PoolClient } from '@millrace/shared/postgres';
import type { RawAnswer } from '../query/read-raw.js';
import type { Reads } from '../query/reads.js';
import type { Dimension, ResolvedQuery, TimeRange } from '../query/resolved-query.js';
import type { CountPlan, CountTask } from './count-groups.js';
import { shownText } from './fitting-codes.js';
import type { GroupKey } from './group-rows.js';
import { mergeGroups } from './merge-groups.js';
import { pageGroups } from './page-groups.js';
import { planFilter } from './plan-filter.js';
import { planQuestion, type QuestionPlan } from './plan-question.js';
import { type ReadParts, readParts } from './read-parts.js';
import { runOnThreads, type SharedTask } from './run-on-threads.js';
import { sameReferrers } from './same-referrers.js';
import type { SegmentEngine } from './segment-engine.js';
import { codedColumn } from './visit-columns.js';
import { aroundVisits, visitRules } from './visit-rules.js';

export interface SegmentAnswer extends RawAnswer {
  source: 'segments' | 'mixed';
}

function keyOf(dimension: Dimension, { buckets }: ResolvedQuery, read: ReadParts): GroupKey {
  if (dimension.startsWith('time:')) {
    const { bounds, places, offsets, labels } = buckets!;
    const plan = {
      bounds: bounds.map((bound) => bound.getTime()),
      ...(places && { places }),
      ...(offsets && { offsets }),
    };
    return { by: 'time', buckets: plan, size: labels.length };
  }
  const same = codedColumn(dimension) === 'referrer' ? sameReferrers(read) : undefined;
  const { size } = read.values.get(codedColumn(dimension))!;
  return { by: 'column', column: dimension, size: size() + 1, ...(same && { same }) };
}

const msOf = ({ from, to }: TimeRange): [number, number] => [from.getTime(), to.getTime()];

async function countPlan(
  client: PoolClient,
  query: ResolvedQuery,
  plan: QuestionPlan,
  read: ReadParts,
): Promise<CountPlan> {
  const { site, values, users } = read;
  const sources = {
    ...{ client, siteId: query.siteId, values, hostnames: new Set(site.hostnames) },
    users: { lastVisitorNo: site.lastVisitorNo, added: users },
  };
  const types = values.get('event_type');
  return {
    ...(query.filter && { filter: await planFilter(query.filter, sources) }),
    ...(plan.withViews && { viewCode: types!.codeOf('view') }),
    keys: query.dimensions.map((dimension) => keyOf(dimension, query, read)),
    typeCodes: plan.types.map((type) => types!.codeOf(type)),
    ...{ withVisitors: plan.withVisitors, withViewers: plan.withViewers, withAll: plan.withShare },
    ...(plan.visits && { visits: { ...plan.visits, ...visitRules(read), range: msOf(query.range) } }),
  };
}

/**
 * Undefined for what segments cannot answer: the site has none yet, the question is about what they leave out, or too many of its
 * events are in none. `client` is inside a transaction with one snapshot.
 */
export async function answerSegments(
  client: PoolClient,
  engine: SegmentEngine,
  query: ResolvedQuery,
  reads: Pick<Reads, 'admit' | 'signal'>,
): Promise<SegmentAnswer | undefined> {
  const plan = planQuestion(query);
  if (plan === undefined) return undefined;
  const { bounds: instants, offsets } = query.buckets ?? {};
  const bounds = instants?.map((bound) => bound.getTime());
  const read = await readParts(
    client,
    engine,
    {
      ...{ siteId: query.siteId, ...plan },
      range: plan.visits ? aroundVisits(query.range) : query.range,
      ...(bounds && { bounds }),
      byHours: offsets !== undefined,
      usesVisits: plan.visits !== undefined,
    },
    reads.admit,
  );
  if (read === undefined) return undefined;
  const counting = await countPlan(client, query, plan, read);
  const countTask = (shared: SharedTask): CountTask => ({ kind: 'count', plan: counting, ...shared });
  const groups = mergeGroups(await runOnThreads(engine, read, countTask, reads.signal));
  const hostnames = new Set(read.site.hostnames);
  const textOf = (dimension: Dimension, code: number) =>
    shownText(codedColumn(dimension), read.values.get(codedColumn(dimension))!.textOf(code), hostnames);
  return {
    ...pageGroups(query, groups, { textOf, types: plan.types }),
    source: read.hasRaw ? 'mixed' : 'segments',
  };
}
