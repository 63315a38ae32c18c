/** Computes a page of a dataset, for HTTP requests and for cache warming. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { type CacheableQuery, followsClock } from '../cache/cacheable-query.js';
import { listFilters, showFilters } from '../query-request/parse-filters.js';
import { readAggregated } from './aggregated-at.js';
import type { Row } from './dataset.js';
import { jsonValue } from './json-value.js';
import { writeCursor } from './page-cursor.js';
import { keyOf } from './page-rows.js';
import type { DatasetRequest } from './parse-dataset.js';
import { checkDatasetPatterns, isAboutAllTime, type ResolvedDataset, readRows, resolveBy } from './read-dataset.js';

export const pageLimits = { standard: 100, most: 10_000 };

export interface PageRequest {
  request: DatasetRequest;
  limit: number;
  after?: (string | null)[] | undefined;
}

/** Older than any event: some datasets look for first events long before their range. */
const beginning = new Date(Date.UTC(2000, 0, 1));

const echo = ({ siteId, params, dataset, range, timezone }: ResolvedDataset) => ({
  site_id: siteId,
  ...(dataset.defaultRange !== undefined && { date_range: [range.from.toISOString(), range.to.toISOString()] }),
  timezone,
  ...params,
  ...(params.filters && { filters: showFilters(listFilters(params.filters, ['filters'])) }),
});

function bodyOf({ request, limit }: PageRequest, resolved: ResolvedDataset, found: Row[], more: object) {
  const { dataset, params } = request;
  const [columns, key] = [dataset.columns(params), dataset.key(params)];
  const rows = found.slice(0, limit);
  const object = (row: Row) =>
    Object.fromEntries(columns.map((column, at) => [column.name, jsonValue(column, row[at]!)]));
  const { id } = dataset;
  const next = found.length > limit ? writeCursor({ id, columns, key }, keyOf(rows.at(-1)!, columns, key)) : null;
  const fields = { dataset: id, columns, rows: rows.map(object), query: echo(resolved), next };
  return { fields, meta: { site_known: resolved.siteKnown, ...more } };
}

export function pageQuery(pool: Pool, page: PageRequest, now: Date): CacheableQuery {
  const { request, limit, after } = page;
  const { dataset, ...parameters } = request;
  return {
    kind: dataset.id,
    siteId: request.siteId,
    request: { ...parameters, limit, after },
    sources: dataset.sources ?? [dataset.reads],
    needsEvents: isAboutAllTime(request),
    resolve(site) {
      const resolved = resolveBy(request, site, now);
      const { dataset: _dataset, longestMs, ...meaning } = resolved;
      const { range } = resolved;
      const isTransient = dataset.dependsOnClock === true || followsClock([range.from, range.to], now);
      return {
        meaning: isTransient ? [meaning, now] : meaning,
        longestMs,
        span: dataset.reads === 'aggregates' || range.from < beginning ? range : { from: beginning, to: range.to },
        isTransient,
        check: (signal) => checkDatasetPatterns(pool, request, signal),
        async read(client, reads) {
          // One extra row shows whether there is another page.
          const rows = await readRows(client, resolved, { now, after, limit: limit + 1, reads });
          const more = dataset.reads === 'aggregates' ? await readAggregated(client, resolved) : {};
          return bodyOf(page, resolved, rows, more);
        },
      };
    },
  };
}
