import type { PoolClient } from '@millrace/shared/platform/postgres';
import { type Journey, type Journeys, type JourneysParams, stepFilter } from '../journeys/journey.js';
import { checkPage, compareValues } from '../query/page-rows.js';
import type { ReadOptions } from '../reading/admit-read.js';
import { filterSources, rangeMs } from './answer-segments.js';
import { addJourneys, type CountedJourneys, type JourneysPlan, type JourneysTask } from './count-journeys.js';
import type { SharedTask } from './part.js';
import { planFilter } from './plan-filter.js';
import { columnsNeeded } from './plan-segment-query.js';
import { type ReadParts, readParts } from './read-parts.js';
import { runOnThreads } from './run-on-threads.js';
import type { SegmentEngine } from './segment-engine.js';
import { visitRules, widenForVisits } from './visit-rules.js';

export interface JourneysAnswer extends Journeys {
  source: 'segments' | 'mixed';
}

async function planJourneys(
  client: PoolClient,
  params: JourneysParams,
  visitColumns: string[],
  read: ReadParts,
): Promise<JourneysPlan> {
  const { range, mark, steps, dimension } = params;
  const sources = filterSources(client, read);
  const filter = stepFilter(params);
  return {
    ...{ steps, column: dimension },
    ...(filter && { filter: await planFilter(filter, sources) }),
    ...(mark && { mark: { at: mark.at, filter: await planFilter(mark.filter, sources) } }),
    visits: { columns: visitColumns, ...visitRules(read), range: rangeMs(range) },
  };
}

function compareSteps(one: Journey, other: Journey): number {
  for (const [at, step] of one.steps.entries()) {
    const order = compareValues(step, other.steps[at]!, 'asc');
    if (order !== 0) return order;
  }
  return 0;
}

/** The first `count` paths in order, without sorting all: there can be as many paths as visits. */
function firstJourneys(journeys: Iterable<Journey>, count: number): Journey[] {
  let kept: Journey[] = [];
  let last: Journey | undefined;
  const cut = () => {
    kept = kept.sort(compareSteps).slice(0, count);
    last = kept[count - 1];
  };
  for (const journey of journeys) {
    if (last && compareSteps(journey, last) >= 0) continue;
    if (kept.push(journey) >= 2 * count) cut();
  }
  cut();
  return kept;
}

/** The number of visits of the path in position `limit`, by visits. */
function leastVisits(visits: Uint32Array, limit: number): number {
  return visits.slice().sort().at(-limit) ?? 0;
}

function topJourneys(
  { codes, visits, visitors }: CountedJourneys,
  { steps, limit }: JourneysParams,
  textOf: (code: number) => string | null,
): Journey[] {
  const least = leastVisits(visits, limit);
  const journey = (at: number): Journey => ({
    steps: Array.from(codes.subarray(at * steps, (at + 1) * steps), textOf),
    ...{ visits: visits[at]!, visitors: visitors[at]! },
  });
  function* journeysWhere(test: (visits: number) => boolean): Generator<Journey> {
    for (let at = 0; at < visits.length; at += 1) if (test(visits[at]!)) yield journey(at);
  }
  const certain = [...journeysWhere((count) => count > least)];
  certain.sort((one, other) => other.visits - one.visits || compareSteps(one, other));
  return [
    ...certain,
    ...firstJourneys(
      journeysWhere((count) => count === least),
      limit - certain.length,
    ),
  ];
}

/** Undefined for what segments cannot answer; see `answerSegments`. `client` must be in a transaction with one snapshot. */
export async function answerJourneys(
  client: PoolClient,
  engine: SegmentEngine,
  params: JourneysParams,
  reads: Pick<ReadOptions, 'admit' | 'signal'>,
): Promise<JourneysAnswer | undefined> {
  const { siteId, range, mark, dimension, steps } = params;
  const needed = columnsNeeded([params.filter, mark?.filter], [dimension], true);
  if (needed === undefined) return undefined;
  const parts = { siteId, range: widenForVisits(range), coded: needed.coded, usesVisitors: true, usesVisits: true };
  const read = await readParts(client, engine, parts, reads);
  if (read === undefined) return undefined;
  const plan = await planJourneys(client, params, needed.visits!, read);
  const task = (shared: SharedTask): JourneysTask => ({ kind: 'journeys', plan, ...shared });
  const counted = addJourneys(steps, await runOnThreads(engine, read, task, reads.signal));
  const { textOf } = read.values.get(dimension)!;
  const journeys = topJourneys(counted, params, textOf);
  checkPage(journeys.map((journey) => journey.steps));
  return { journeys, total: counted.total, source: read.hasRaw ? 'mixed' : 'segments' };
}
