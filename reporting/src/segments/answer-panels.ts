/** Answers several queries about one range and filter: the events are read and filtered once for all of them. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { planRollup } from '../query/plan-rollup.js';
import type { Filter, ResolvedQuery } from '../query/resolved-query.js';
import type { ReadOptions } from '../reading/admit-read.js';
import {
  effectiveFilterOf,
  filterSources,
  partsRequest,
  type SegmentAnswer,
  toAnswer,
  toCountPlan,
} from './answer-segments.js';
import type { GroupCounts } from './count-groups.js';
import type { CountedPanel, PanelsTask } from './count-panels.js';
import type { CountPlan } from './count-plan.js';
import { mergeGroups } from './merge-groups.js';
import type { SharedTask } from './part.js';
import { planFilter } from './plan-filter.js';
import { planSegmentQuery, type SegmentQueryPlan } from './plan-segment-query.js';
import { type ReadParts, readParts } from './read-parts.js';
import { type OnPiece, runOnThreads } from './run-on-threads.js';
import type { SegmentEngine } from './segment-engine.js';
import type { VisitSelection } from './select-parts.js';

export interface Panel {
  /** All panels have the same site, range, kind and `includeBots`. */
  query: ResolvedQuery;
  /** Conditions in addition to the common filter. */
  ownFilter?: Filter;
}

export interface Panels {
  /** Common to all panels. */
  filter?: Filter;
  panels: Panel[];
}

/**
 * The kind of panel that a query can be, if any; visit panels first need the visits of all events to be numbered. Queries that
 * rollups answer, which is faster, or that need session ids or paths into properties, which only raw events have, cannot be
 * panels.
 */
export function panelKind(query: ResolvedQuery): 'events' | 'visits' | undefined {
  const plan = planRollup(query) ? undefined : planSegmentQuery(query);
  return plan && (plan.visits ? 'visits' : 'events');
}

/** Drops the common filter, which the selected rows already match. */
function withOwnFilter({ query: { filter: _filter, ...query }, ownFilter }: Panel): ResolvedQuery {
  return { ...query, includeBots: true, ...(ownFilter && { filter: ownFilter }) };
}

/** Visits are numbered once, with the columns of all plans. */
function combineVisits(plans: CountPlan[]): VisitSelection | undefined {
  const all = plans.flatMap(({ visits }) => (visits ? [visits] : []));
  return all[0] && { ...all[0], columns: [...new Set(all.flatMap(({ columns }) => columns))] };
}

async function planPanels(client: PoolClient, { filter, panels }: Panels, plans: SegmentQueryPlan[], read: ReadParts) {
  const countPlans: CountPlan[] = [];
  for (const [at, panel] of panels.entries()) {
    countPlans.push(await toCountPlan(client, withOwnFilter(panel), plans[at]!, read));
  }
  const { includeBots } = panels[0]!.query;
  const commonFilter = effectiveFilterOf({ ...(filter && { filter }), ...(includeBots && { includeBots }) }, read);
  const commonPlan = commonFilter && (await planFilter(commonFilter, filterSources(client, read)));
  const visits = combineVisits(countPlans);
  return (shared: SharedTask): PanelsTask => ({
    ...{ kind: 'panels', panels: countPlans, ...shared },
    ...(commonPlan && { filter: commonPlan }),
    ...(visits && { visits }),
  });
}

/**
 * Collects a panel's counts from all threads. Duplicates are ignored: the replacement of a thread that died counts everything
 * again.
 */
function joinShares(onPanel: (panel: number, shares: GroupCounts[]) => void): OnPiece<PanelsTask> {
  const received = new Set<string>();
  const waiting = new Map<number, GroupCounts[]>();
  return ({ panel, groups }: CountedPanel, share, shares) => {
    const name = `${panel} ${share}`;
    if (received.has(name)) return;
    received.add(name);
    const lists = [...(waiting.get(panel) ?? []), groups];
    waiting.set(panel, lists);
    if (lists.length < shares) return;
    waiting.delete(panel);
    onPanel(panel, lists);
  };
}

/**
 * Calls `onAnswer` for each panel as soon as it is counted, but not for panels that segments cannot answer; see `answerSegments`.
 * Returns false when they can answer none. `client` must be in a transaction with one snapshot.
 */
export async function answerPanels(
  client: PoolClient,
  engine: SegmentEngine,
  request: Panels,
  reads: Pick<ReadOptions, 'admit' | 'signal'>,
  onAnswer: (panel: number, answer: SegmentAnswer) => void,
): Promise<boolean> {
  const queries = request.panels.map(({ query }) => query);
  const plans = queries.map((query) => planSegmentQuery(query)!);
  const read = await readParts(client, engine, partsRequest(queries, plans), reads);
  if (read === undefined) return false;
  const stopping = new AbortController();
  let failure: unknown;
  const onPiece = joinShares((panel, shares) => {
    if (stopping.signal.aborted) return;
    try {
      const answer = toAnswer(queries[panel]!, plans[panel]!, read, mergeGroups(shares));
      if (answer) onAnswer(panel, answer);
    } catch (error) {
      failure = error;
      stopping.abort();
    }
  });
  try {
    const signal = AbortSignal.any([stopping.signal, ...(reads.signal ? [reads.signal] : [])]);
    await runOnThreads(engine, read, await planPanels(client, request, plans, read), signal, onPiece);
  } catch (error) {
    throw failure ?? error;
  } finally {
    stopping.abort();
  }
  if (failure) throw failure;
  return true;
}
