/** The rows of a tab: its top values by visitors, or by conversions of the chosen goal. */
import { chosenGoal } from '../goals.ts';
import type { QueryResult, Row } from '../query-client.ts';
import { useQuery } from '../use-query.ts';
import type { RequestState } from '../use-request.ts';
import type { Tab } from './panel.ts';
import { conversionsQuery, laneOf, rowsQuery, scopeOf, visitorsQuery } from './panel-queries.ts';

export interface PanelRow {
  value: string | null;
  /** In the order of `metrics`. */
  figures: (number | string | null)[];
  /** In percent of all visitors; undefined where that makes no sense. */
  share?: number | undefined;
  /** Of the first metric, in percent; undefined without a comparison. */
  change?: number | null | undefined;
}

export interface PanelRows {
  metrics: readonly string[];
  /** Undefined while loading. */
  rows?: PanelRow[] | undefined;
  problem?: unknown;
  isLoading: boolean;
}

const plainRow = ({ metrics }: Tab, { dimensions, metrics: figures, comparison }: Row): PanelRow => {
  const share = figures[metrics.length];
  return {
    value: dimensions[0] ?? null,
    figures: figures.slice(0, metrics.length),
    share: share === undefined || share === null ? undefined : Number(share),
    change: comparison?.change[0],
  };
};

const visitorsOf = (result: QueryResult | undefined) =>
  (result?.results ?? []).map(({ dimensions, metrics }) => [dimensions[0] ?? null, Number(metrics[0])] as const);

/** Rounded to two decimals, like rates of the API. */
export const percentOf = (part: number, all: number | undefined) => (all ? Math.round((1e4 * part) / all) / 100 : null);

const isAbove0 = ({ metrics }: Row) => Number(metrics[0]) > 0;

/** Bots do not convert. */
const goalOf = ({ isOfBots }: Tab) => (isOfBots ? 'none' : chosenGoal.value);

/** For the definition see {@link conversionsQuery}. */
function useConversions(tab: Tab, goal: ReturnType<typeof goalOf>): PanelRows {
  const isChosen = typeof goal !== 'string';
  const [lane, within] = [laneOf(tab), scopeOf(tab)];
  const rows = useQuery(lane, isChosen ? conversionsQuery(tab, goal) : undefined, within);
  const common = useQuery(lane, isChosen ? visitorsQuery(tab) : undefined, within);
  const visitorsByValue = new Map(visitorsOf(common.data));
  const values = (rows.data?.results ?? []).map(({ dimensions }) => dimensions[0] ?? null);
  const areThere = common.data && !rows.isLoading && !common.isLoading;
  const missing = areThere ? values.filter((value) => !visitorsByValue.has(value)) : [];
  const others = useQuery(lane, missing.length > 0 ? visitorsQuery(tab, missing) : undefined, within);
  // `others` may still hold the result of earlier filters, so the current values take precedence.
  const visitors = new Map([...visitorsOf(others.data), ...visitorsByValue]);
  return {
    metrics: ['conversions', 'conversion_rate'],
    // Drops rows that occur only in the comparison range, and events without a visitor.
    rows: rows.data?.results.filter(isAbove0).map(({ dimensions, metrics, comparison }) => ({
      value: dimensions[0] ?? null,
      figures: [metrics[0]!, percentOf(Number(metrics[0]), visitors.get(dimensions[0] ?? null))],
      change: comparison?.change[0],
    })),
    problem: rows.problem ?? common.problem ?? (missing.length > 0 ? others.problem : undefined),
    isLoading: rows.isLoading || common.isLoading || (missing.length > 0 && others.isLoading),
  };
}

const asRows = (tab: Tab, { data, problem, isLoading }: RequestState<QueryResult>): PanelRows => ({
  metrics: tab.metrics,
  rows: data?.results.map((row) => plainRow(tab, row)),
  problem,
  isLoading,
});

export function useRows(tab: Tab): PanelRows {
  const goal = goalOf(tab);
  const plain = useQuery(laneOf(tab), goal === 'none' ? rowsQuery(tab) : undefined, scopeOf(tab));
  const conversions = useConversions(tab, goal);
  return goal === 'none' ? asRows(tab, plain) : conversions;
}

/** Keeps null apart from an empty string. */
export const rowKey = ({ value }: Pick<PanelRow, 'value'>): string => (value === null ? '' : `=${value}`);
