/** The overview of a site: key figures, chart and panels. */
import { isFirstViewLoaded, withDeferred } from '../deferred.ts';
import { isEmptySite } from '../empty/emptiness.ts';
import { editedFilter } from '../filters/edited-filter.ts';
import { FilterPicker } from '../filters/filter-picker.tsx';
import { useKeys } from '../keys/keys.tsx';
import { ErrorBoundary } from '../parts/error-boundary.tsx';
import { Footer } from '../parts/footer.tsx';
import { Header } from '../parts/header.tsx';
import { lazy } from '../parts/lazy.tsx';
import { Main } from '../parts/main.tsx';
import { Panels } from '../parts/panels.tsx';
import { RangePicker } from '../parts/range-picker.tsx';
import { isEmbedded } from '../router.ts';
import { useSegmentsOf } from '../saved-segments.ts';
import { siteId } from '../scope.ts';
import { session } from '../session.ts';
import { Chart } from '../top/chart.tsx';
import { KeyFigures } from '../top/key-figures.tsx';
import { view } from '../view.ts';

const EmptySite = lazy(async () => (await withDeferred(import('../empty/empty-site.tsx'))).EmptySite);

const EmptyPage = () => (
  <>
    <Header />
    <Main>
      <EmptySite />
    </Main>
    {isEmbedded.value && <Footer />}
  </>
);

function isNarrowed(): boolean {
  const { filters, segment, goal } = view.value;
  return filters.length > 0 || Boolean(segment ?? goal) || (session.value?.filters ?? []).length > 0;
}

const Chips = lazy(
  async () => (await withDeferred(import('../parts/chips.tsx'))).Chips,
  () => (isNarrowed() ? <div class="chips-space" /> : null),
);

export function SitePage() {
  useKeys();
  useSegmentsOf(siteId.value);
  if (isEmptySite.value) return <EmptyPage />;
  return (
    <>
      <Header>
        <RangePicker />
        <FilterPicker />
      </Header>
      <Main>
        {(isNarrowed() || editedFilter.value || isFirstViewLoaded.value) && <Chips />}
        <section class="top card">
          <ErrorBoundary>
            <KeyFigures />
          </ErrorBoundary>
          <ErrorBoundary>
            <Chart />
          </ErrorBoundary>
        </section>
        <Panels />
      </Main>
      <Footer />
    </>
  );
}
