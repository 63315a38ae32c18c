/** Answers many queries about one range and one selection of its events: these are read once, and selected once. */
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
import type { CountedGroups } from './count-groups.js';
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
  /** All panels have the same site, range and kind, and all of them or none count bots. */
  query: ResolvedQuery;
  /** What its filter has besides that of all panels. */
  ownFilter?: Filter;
}

export interface Panels {
  /** Of all of them. */
  filter?: Filter;
  panels: Panel[];
}

/**
 * Whether a query may be one of some panels, and of which: those about visits are counted from events that have been walked through.
 * Rollups answer faster, session ids and paths into properties only raw events.
 */
export function panelKind(query: ResolvedQuery): 'events' | 'visits' | undefined {
  const plan = planRollup(query) ? undefined : planSegmentQuery(query);
  return plan && (plan.visits ? 'visits' : 'events');
}

/** Without the common filter, which its rows fit already. */
function withOwnFilter({ query: { filter: _filter, ...query }, ownFilter }: Panel): ResolvedQuery {
  return { ...query, includeBots: true, ...(ownFilter && { filter: ownFilter }) };
}

/** Visits are numbered once, with all columns that any of the plans asks for. */
function visitsOf(plans: CountPlan[]): VisitSelection | undefined {
  const asked = plans.flatMap(({ visits }) => (visits ? [visits] : []));
  return asked[0] && { ...asked[0], columns: [...new Set(asked.flatMap(({ columns }) => columns))] };
}

async function planPanels(client: PoolClient, { filter, panels }: Panels, plans: SegmentQueryPlan[], read: ReadParts) {
  const counting: CountPlan[] = [];
  for (const [at, panel] of panels.entries()) {
    counting.push(await toCountPlan(client, withOwnFilter(panel), plans[at]!, read));
  }
  const { includeBots } = panels[0]!.query;
  const ofAll = effectiveFilterOf({ ...(filter && { filter }), ...(includeBots && { includeBots }) }, read);
  const common = ofAll && (await planFilter(ofAll, filterSources(client, read)));
  const visits = visitsOf(counting);
  return (shared: SharedTask): PanelsTask => ({
    ...{ kind: 'panels', panels: counting, ...shared },
    ...(common && { filter: common }),
    ...(visits && { visits }),
  });
}

/** Gathers what the shares count of a panel. A thread that takes the place of one that died counts it once more. */
function joinShares(whole: (panel: number, shares: CountedGroups[]) => void): OnPiece<PanelsTask> {
  const taken = new Set<string>();
  const waiting = new Map<number, CountedGroups[]>();
  return ({ panel, groups }: CountedPanel, share, shares) => {
    const name = `${panel} ${share}`;
    if (taken.has(name)) return;
    taken.add(name);
    const lists = [...(waiting.get(panel) ?? []), groups];
    waiting.set(panel, lists);
    if (lists.length < shares) return;
    waiting.delete(panel);
    whole(panel, lists);
  };
}

/**
 * Tells `answered` of each panel as soon as it is counted. Nothing is told of what segments cannot answer, see `answerSegments`: of some
 * panels, or of all, and then it is false. `client` is inside a transaction with one snapshot.
 */
export async function answerPanels(
  client: PoolClient,
  engine: SegmentEngine,
  asked: Panels,
  reads: Pick<ReadOptions, 'admit' | 'signal'>,
  answered: (panel: number, answer: SegmentAnswer) => void,
): Promise<boolean> {
  const queries = asked.panels.map(({ query }) => query);
  const plans = queries.map((query) => planSegmentQuery(query)!);
  const read = await readParts(client, engine, partsRequest(queries, plans), reads);
  if (read === undefined) return false;
  const ending = new AbortController();
  let failure: unknown;
  const take = joinShares((panel, shares) => {
    if (ending.signal.aborted) return;
    try {
      const answer = toAnswer(queries[panel]!, plans[panel]!, read, mergeGroups(shares));
      if (answer) answered(panel, answer);
    } catch (error) {
      failure = error;
      ending.abort();
    }
  });
  try {
    const stop = AbortSignal.any([ending.signal, ...(reads.signal ? [reads.signal] : [])]);
    await runOnThreads(engine, read, await planPanels(client, asked, plans, read), stop, take);
  } catch (error) {
    throw failure ?? error;
  } finally {
    ending.abort();
  }
  if (failure) throw failure;
  return true;
}
