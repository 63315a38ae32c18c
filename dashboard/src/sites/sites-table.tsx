/** Clicking a column sorts by it. */
import { formatChange, formatNumber, formatShort } from '../format.ts';
import { t } from '../i18n/text.ts';
import { useDefinition } from '../parts/term.tsx';
import { address, siteUrl } from '../router.ts';
import { defaultView, writeView } from '../view-address.ts';
import { nameOfSite, type SiteOverview } from './arrange-sites.ts';
import { changeSitesView, sitesView } from './sites-address.ts';
import { firstDirection, type SitesColumn, sitesColumns } from './sites-view.ts';

const [width, height] = [100, 24];

function Sparkline({ series }: { series: readonly number[] }) {
  const most = Math.max(1, ...series);
  const points = series.map(
    (value, at) => `${(width * at) / Math.max(1, series.length - 1)},${height - 1 - ((height - 2) * value) / most}`,
  );
  return (
    <>
      <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {series.length > 1 && <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} />}
        {series.length > 1 && <polyline points={points.join(' ')} />}
      </svg>
      <span class="unseen">
        {series.length > 0 &&
          t('sites.trend.said', {
            ...{ least: formatNumber(Math.min(...series)), most: formatNumber(Math.max(...series)) },
            last: formatNumber(series.at(-1)!),
          })}
      </span>
    </>
  );
}

const opposite = { asc: 'desc', desc: 'asc' } as const;

function SortHead({ column }: { column: SitesColumn }) {
  const { column: sorted, direction } = sitesView.value;
  const isSorted = column === sorted;
  const { on, tip } = useDefinition(column === 'change' ? 'visitors.change' : column);
  return (
    <th
      scope="col"
      class={column}
      aria-sort={isSorted ? (direction === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      <button
        type="button"
        {...(column !== 'name' && on)}
        onClick={() => changeSitesView({ column, direction: isSorted ? opposite[direction] : firstDirection(column) })}
      >
        {t(`sites.${column}`)}
        <span aria-hidden="true">{isSorted ? (direction === 'asc' ? ' ↑' : ' ↓') : ''}</span>
      </button>
      {tip}
    </th>
  );
}

function Change({ change }: { change: number | null }) {
  if (change === null) return <span class="faint">–</span>;
  return <span class={`change ${change > 0 ? 'good' : change < 0 ? 'bad' : ''}`}>{formatChange(change)}</span>;
}

/** The overview of a site, with the range chosen here. */
function addressOf(siteId: string): string {
  const { range } = sitesView.value;
  return siteUrl(siteId, 'site', writeView({ ...defaultView, range, filters: [], tabs: {} }, address.value.search));
}

function SiteRow({ site }: { site: SiteOverview }) {
  const { site_id, visitors_now: now, visitors, change, series } = site;
  return (
    <tr>
      <th scope="row" class="name">
        <a href={addressOf(site_id)} data-page>
          {nameOfSite(site)}
        </a>
        {site.name !== null && site.name !== site_id && <span class="faint">{site_id}</span>}
      </th>
      <td class="visitors_now">
        {now > 0 && <span class="now" aria-hidden="true" />}
        {formatNumber(now)}
      </td>
      <td class="visitors" title={formatNumber(visitors)}>
        {formatShort(visitors)}
      </td>
      <td class="change">
        <Change change={change} />
      </td>
      <td class="trend">
        <Sparkline series={series} />
      </td>
    </tr>
  );
}

export function SitesTable({ sites, isLoading }: { sites: SiteOverview[]; isLoading: boolean }) {
  return (
    <table class="sites" aria-busy={isLoading}>
      <caption class="unseen">{t('sites.caption', { range: t(`range.${sitesView.value.range}`) })}</caption>
      <thead>
        <tr>
          {sitesColumns.map((column) => (
            <SortHead key={column} column={column} />
          ))}
          <th scope="col" class="trend">
            {t('sites.trend')}
          </th>
        </tr>
      </thead>
      <tbody>
        {sites.map((site) => (
          <SiteRow key={site.site_id} site={site} />
        ))}
      </tbody>
    </table>
  );
}
