/** All values of a tab, a hundred at a time. */
import { useState } from 'preact/hooks';
import { formatNumber } from '../format.ts';
import { chosenGoal } from '../goals.ts';
import { t } from '../i18n/text.ts';
import type { Tab } from '../panels/panel.ts';
import { scopeOf } from '../panels/panel-queries.ts';
import { rowKey } from '../panels/use-rows.ts';
import { Problem } from '../parts/problem.tsx';
import { Term } from '../parts/term.tsx';
import { dimensionName } from '../parts/value-name.ts';
import { ValueRow } from '../parts/value-row.tsx';
import type { QueryResult } from '../query-client.ts';
import { useQuery } from '../use-query.ts';
import { refreshNow } from '../use-request.ts';
import { detailMetrics, detailOrder, detailsQuery, orderBy, pageSize } from './details-query.ts';

/** Visitors are called conversions while a goal is chosen. */
const nameOf = ({ isOfBots }: Tab, metric: string) =>
  metric === 'visitors' && !isOfBots && chosenGoal.value !== 'none' ? 'conversions' : metric;

const ariaSort = { asc: 'ascending', desc: 'descending' } as const;

function Head({ tab }: { tab: Tab }) {
  const [key, direction] = detailOrder(tab);
  const sortOf = (name: string) => (name === key ? ariaSort[direction] : 'none');
  return (
    <thead>
      <tr>
        <th scope="col" aria-sort={sortOf(tab.dimension)}>
          <button type="button" class="term" onClick={() => orderBy(tab, tab.dimension)}>
            {dimensionName(tab.dimension)}
          </button>
        </th>
        {detailMetrics(tab).map((metric) => (
          <th scope="col" key={metric} aria-sort={sortOf(metric)}>
            <Term metric={nameOf(tab, metric)} onClick={() => orderBy(tab, metric)} />
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** Static, so that rows neither move between pages nor change while they are being read. */
const useDetailPage = (tab: Tab, page: number) => {
  const offset = page * pageSize;
  const query = { ...detailsQuery(tab), limit: pageSize, offset, include: { total_rows: true } };
  return useQuery('details', query, scopeOf(tab), { isStatic: true });
};

function Rows({ tab, result }: { tab: Tab; result: QueryResult | undefined }) {
  const metrics = detailMetrics(tab);
  const rows = result?.results.map(({ dimensions, metrics: figures }) => ({ value: dimensions[0] ?? null, figures }));
  return (
    <>
      {rows?.map((row) => (
        <ValueRow key={rowKey(row)} {...{ tab, row, metrics }} />
      ))}
    </>
  );
}

/** A page after the first. */
function LaterRows({ tab, page }: { tab: Tab; page: number }) {
  const { data, problem } = useDetailPage(tab, page);
  if (!problem) return <Rows tab={tab} result={data} />;
  return (
    <tr>
      <td colSpan={detailMetrics(tab).length + 1}>
        <Problem problem={problem} again={refreshNow} />
      </td>
    </tr>
  );
}

/** How many pages are shown; back to one when the query changes. */
function usePageCount(tab: Tab) {
  const key = JSON.stringify([scopeOf(tab), detailsQuery(tab)]);
  const [pages, setPages] = useState({ key, count: 1 });
  const count = pages.key === key ? pages.count : 1;
  return { count, addPage: () => setPages({ key, count: count + 1 }) };
}

export function DetailsTable({ tab }: { tab: Tab }) {
  const { count, addPage } = usePageCount(tab);
  const { data, problem, isLoading } = useDetailPage(tab, 0);
  if (problem) return <Problem problem={problem} again={refreshNow} />;
  const total = data?.meta.total_rows;
  const shown = Math.min(count * pageSize, total ?? 0);
  return (
    <div class="details-list" aria-busy={isLoading}>
      <p role="status" class="faint">
        {total === undefined ? '' : t('details.rows', { shown: formatNumber(shown), total: formatNumber(total) })}
      </p>
      <table class={data ? '' : 'waiting'}>
        <Head tab={tab} />
        <tbody>
          <Rows tab={tab} result={data} />
          {Array.from({ length: count - 1 }, (_, at) => (
            <LaterRows key={at + 1} tab={tab} page={at + 1} />
          ))}
        </tbody>
      </table>
      {total !== undefined && shown < total && (
        <button type="button" class="more" onClick={addPage}>
          {t('details.more')}
        </button>
      )}
    </div>
  );
}
