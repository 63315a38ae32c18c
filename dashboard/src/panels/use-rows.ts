/** The rows of a tab: its values with most visitors, or with most conversions of the chosen goal. */
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
  /** Of all visitors, in percent; undefined where that says nothing. */
  share?: number | undefined;
  /** Of the first figure, in percent; undefined where nothing is compared. */
  change?: number | null | undefined;
}

export interface PanelRows {
  metrics: readonly string[];
  /** Undefined until they are there. */
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

const visitorsOf = (answer: QueryResult | undefined) =>
  (answer?.results ?? []).map(({ dimensions, metrics }) => [dimensions[0] ?? null, Number(metrics[0])] as const);

/** Two decimals, as rates of the API have. */
export const percentOf = (part: number, all: number | undefined) => (all ? Math.round((1e4 * part) / all) / 100 : null);

const isAbove0 = ({ metrics }: Row) => Number(metrics[0]) > 0;

/** Bots reach no goals. */
const goalOf = ({ isOfBots }: Tab) => (isOfBots ? 'none' : chosenGoal.value);

/** See {@link conversionsQuery} for what they mean. */
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
  // What others were asked about may be of earlier filters, and then be among the known ones.
  const visitors = new Map([...visitorsOf(others.data), ...visitorsByValue]);
  return {
    metrics: ['conversions', 'conversion_rate'],
    // Those of the compared range come as well, and events that nobody is known to have done.
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

/** No value is another row than a value of that name. */
export const rowKey = ({ value }: Pick<PanelRow, 'value'>): string => (value === null ? '' : `=${value}`);
