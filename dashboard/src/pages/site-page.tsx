/** One site: its figures, its chart, its panels. */
import { isEmptySite } from '../empty/emptiness.ts';
import { EmptyPage } from '../empty/empty-page.tsx';
import { FilterPicker } from '../filters/filter-picker.tsx';
import { useKeys } from '../keys/keys.tsx';
import { FilterChips } from '../parts/filter-chips.tsx';
import { Footing } from '../parts/footing.tsx';
import { GoalChip } from '../parts/goal-chip.tsx';
import { Header } from '../parts/header.tsx';
import { Panels } from '../parts/panels.tsx';
import { RangePicker } from '../parts/range-picker.tsx';
import { FixedFilters } from '../share/fixed-filters.tsx';
import { Chart } from '../top/chart.tsx';
import { KeyFigures } from '../top/key-figures.tsx';

export function SitePage() {
  useKeys();
  if (isEmptySite.value) return <EmptyPage />;
  return (
    <>
      <Header>
        <RangePicker />
        <FilterPicker />
      </Header>
      <main>
        <FixedFilters />
        <FilterChips />
        <GoalChip />
        <section class="top card">
          <KeyFigures />
          <Chart />
        </section>
        <Panels />
      </main>
      <Footing />
    </>
  );
}
