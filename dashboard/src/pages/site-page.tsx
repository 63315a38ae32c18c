/** One site: its figures, its chart, its panels. */
import { panels } from '../panels/panel-list.ts';
import { FilterChips } from '../parts/filter-chips.tsx';
import { Footing } from '../parts/footing.tsx';
import { Header } from '../parts/header.tsx';
import { PanelCard } from '../parts/panel-card.tsx';
import { RangePicker } from '../parts/range-picker.tsx';
import { Chart } from '../top/chart.tsx';
import { KeyFigures } from '../top/key-figures.tsx';

export function SitePage() {
  return (
    <>
      <Header>
        <RangePicker />
      </Header>
      <main>
        <FilterChips />
        <section class="top card">
          <KeyFigures />
          <Chart />
        </section>
        <div class="panels">
          {panels.map((panel) => (
            <PanelCard key={panel.name} panel={panel} />
          ))}
        </div>
      </main>
      <Footing />
    </>
  );
}
