/** All sites that the user can see. */
import { locale, t } from '../i18n/text.ts';
import { Footer } from '../parts/footer.tsx';
import { Header } from '../parts/header.tsx';
import { Main } from '../parts/main.tsx';
import { Problem } from '../parts/problem.tsx';
import { canEdit, session } from '../session.ts';
import { AddSite } from '../sites/add-site.tsx';
import { arrangeSites, sitesOfPage } from '../sites/arrange-sites.ts';
import { changeSitesView, sitesView } from '../sites/sites-address.ts';
import { SitesTable } from '../sites/sites-table.tsx';
import { type SitesRange, sitesRanges } from '../sites/sites-view.ts';
import { type OverviewState, useOverview } from '../sites/use-overview.ts';
import { refreshNow } from '../use-request.ts';

function Controls() {
  const { range, search } = sitesView.value;
  return (
    <>
      <input
        type="search"
        aria-label={t('sites.search')}
        placeholder={t('sites.search')}
        value={search}
        onInput={(event) => changeSitesView({ search: event.currentTarget.value }, { replace: true })}
      />
      <select
        aria-label={t('range')}
        value={range}
        onChange={(event) => changeSitesView({ range: event.currentTarget.value as SitesRange })}
      >
        {sitesRanges.map((name) => (
          <option key={name} value={name}>
            {t(`range.${name}`)}
          </option>
        ))}
      </select>
    </>
  );
}

function Pages({ count }: { count: number }) {
  const { page } = sitesView.value;
  const last = Math.ceil(count / sitesOfPage);
  if (last <= 1) return null;
  return (
    <nav class="pages" aria-label={t('pages')}>
      <button type="button" disabled={page <= 1} onClick={() => changeSitesView({ page: page - 1 })}>
        {t('pages.previous')}
      </button>
      <span aria-live="polite">{t('pages.at', { page, last })}</span>
      <button type="button" disabled={page >= last} onClick={() => changeSitesView({ page: page + 1 })}>
        {t('pages.next')}
      </button>
    </nav>
  );
}

/** A key limited to one site cannot create others. */
const mayAdd = () => canEdit() && session.value?.site_id === null;

const Empty = () => (
  <div class="empty-sites">
    <h2>{t('sites.empty')}</h2>
    <p>{t(mayAdd() ? 'sites.empty.add' : 'sites.empty.ask')}</p>
    {mayAdd() && <AddSite />}
  </div>
);

function List({ sites, total, isLoading }: OverviewState) {
  if (!sites || total === undefined) return <div class="waiting" aria-busy="true" />;
  if (total === 0) return <Empty />;
  const view = sitesView.value;
  const { shown, count } = arrangeSites(sites, view, locale.value);
  return (
    <>
      {sites.length < total && <p class="faint">{t('sites.loading', { count: sites.length, total })}</p>}
      {shown.length === 0 ? (
        <p class="empty">{t('sites.none', { search: view.search })}</p>
      ) : (
        <SitesTable sites={shown} isLoading={isLoading} />
      )}
      <Pages count={count} />
    </>
  );
}

export function SitesPage() {
  const overview = useOverview(sitesView.value.range);
  const isEmpty = overview.total === 0;
  return (
    <>
      <Header>
        <h1>{t('sites')}</h1>
        {!isEmpty && <Controls />}
        {!isEmpty && mayAdd() && <AddSite />}
      </Header>
      <Main>
        <section class="card" aria-label={t('sites')}>
          {overview.problem ? <Problem problem={overview.problem} again={refreshNow} /> : null}
          <List {...overview} />
        </section>
      </Main>
      {overview.at !== undefined && <Footer at={overview.at} />}
    </>
  );
}
