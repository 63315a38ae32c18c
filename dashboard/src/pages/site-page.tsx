/** One site: its figures, its chart, its panels. */
import { isFirstViewThere, withLater } from '../deferred.ts';
import { isEmptySite } from '../empty/emptiness.ts';
import { editedFilter } from '../filters/edited-filter.ts';
import { FilterPicker } from '../filters/filter-picker.tsx';
import { useKeys } from '../keys/keys.tsx';
import { Boundary } from '../parts/error-boundary.tsx';
import { Footing } from '../parts/footer.tsx';
import { Header } from '../parts/header.tsx';
import { onDemand } from '../parts/lazy.tsx';
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

const EmptySite = onDemand(async () => (await withLater(import('../empty/empty-site.tsx'))).EmptySite);

const EmptyPage = () => (
  <>
    <Header />
    <Main>
      <EmptySite />
    </Main>
    {isEmbedded.value && <Footing />}
  </>
);

function isNarrowed(): boolean {
  const { filters, segment, goal } = view.value;
  return filters.length > 0 || Boolean(segment ?? goal) || (session.value?.filters ?? []).length > 0;
}

const Chips = onDemand(
  async () => (await withLater(import('../parts/chips.tsx'))).Chips,
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
        {(isNarrowed() || editedFilter.value || isFirstViewThere.value) && <Chips />}
        <section class="top card">
          <Boundary>
            <KeyFigures />
          </Boundary>
          <Boundary>
            <Chart />
          </Boundary>
        </section>
        <Panels />
      </Main>
      <Footing />
    </>
  );
}
