/** The figures of a site in the overview, as a cacheable query. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { type CacheableQuery, followsClock, spanOf } from '../cache/cacheable-query.js';
import { answerQuery } from '../query/answer-query.js';
import type { ResolvedQuery, TimeRange } from '../query/resolved-query.js';
import type { DateRange } from '../query-request/parse-date-range.js';
import type { QueryRequest } from '../query-request/parse-query.js';
import { queryLimits } from '../query-request/query-names.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import type { ReadOptions } from '../reading/admit-read.js';
import { needsEvents } from '../reading/site-context.js';

export interface SiteFigures {
  visitors: number;
  /** In whole percent; null if the earlier value is 0. */
  change: number | null;
  interval: 'hour' | 'day' | 'month';
  /** Visitors per interval. */
  series: number[];
}

const hourMs = 3_600_000;
/** Days are up to an hour longer when the clock goes back. */
const longestDayMs = 25 * hourMs;
const longestYearMs = 367 * 24 * hourMs;

const intervalOf = ({ from, to }: TimeRange): SiteFigures['interval'] => {
  const ms = to.getTime() - from.getTime();
  if (ms <= longestDayMs) return 'hour';
  return ms <= longestYearMs ? 'day' : 'month';
};

const wholeOf = (siteId: string, dateRange: DateRange): QueryRequest => ({
  ...{ siteId, dateRange, metrics: ['visitors'], dimensions: [], filterList: [], orderBy: [] },
  ...{ comparison: 'previous_period', match: 'date', totalRows: false, timeLabels: false, limit: 1, offset: 0 },
});

function seriesOf({ comparison: _none, ...whole }: QueryRequest, interval: SiteFigures['interval']): QueryRequest {
  const dimension = `time:${interval}` as const;
  return {
    ...whole,
    ...{ dimensions: [dimension], orderBy: [{ key: dimension, direction: 'asc' }], limit: queryLimits.buckets },
  };
}

async function readFigures(
  client: PoolClient,
  [whole, series]: [ResolvedQuery, ResolvedQuery],
  reads: ReadOptions,
): Promise<SiteFigures> {
  const total = await answerQuery(client, whole, reads);
  const line = await answerQuery(client, series, reads);
  return {
    visitors: Number(total.rows[0]!.metrics[0]),
    change: total.comparisonRows![0]!.change[0]!,
    interval: intervalOf(whole.range),
    series: line.rows.map(({ metrics }) => Number(metrics[0])),
  };
}

/** The same figures as from `POST /api/v1/query`, in the time zone of the site. */
export function figuresQuery(siteId: string, dateRange: DateRange, now: Date): CacheableQuery {
  const request = wholeOf(siteId, dateRange);
  return {
    ...{ kind: 'overview', siteId, request: dateRange, sources: ['events'], needsEvents: needsEvents(dateRange) },
    resolve(site) {
      const whole = resolveQuery(request, { now, ...site });
      const series = resolveQuery(seriesOf(request, intervalOf(whole.range)), { now, ...site });
      const { from, to } = whole.comparison!.range;
      const instants = [whole.range.from, whole.range.to, from, to];
      return {
        ...{ meaning: [whole, series], span: spanOf(instants), isTransient: followsClock(instants, now) },
        read: async (client, reads) => ({ fields: await readFigures(client, [whole, series], reads) }),
      };
    },
  };
}
