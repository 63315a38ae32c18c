/** The layout shared by funnels, retention and journeys: range, filters, saved views, editor and result. */
import type { ComponentChildren } from 'preact';
import { FilterPicker } from '../filters/filter-picker.tsx';
import { t } from '../i18n/text.ts';
import { useKeys } from '../keys/keys.tsx';
import { ErrorBoundary } from '../parts/error-boundary.tsx';
import { FilterChips } from '../parts/filter-chips.tsx';
import { Footer } from '../parts/footer.tsx';
import { Header } from '../parts/header.tsx';
import { Main } from '../parts/main.tsx';
import { RangePicker } from '../parts/range-picker.tsx';
import { useSegmentsOf } from '../saved-segments.ts';
import { siteId } from '../scope.ts';
import { FixedFilters } from '../share/fixed-filters.tsx';
import { Suggestions } from './known-values.tsx';
import { SavedBar } from './saved-bar.tsx';
import type { ShapeKind } from './shape.ts';
import type { ShapeState } from './use-shape.ts';

const names = { funnel: 'nav.funnels', retention: 'nav.retention', journeys: 'nav.journeys' } as const;

interface Props<Name extends ShapeKind> {
  shaped: ShapeState<Name>;
  isComplete: boolean;
  editor: ComponentChildren;
  children: ComponentChildren;
}

export function BehaviourPage<Name extends ShapeKind>({ shaped, isComplete, editor, children }: Props<Name>) {
  useKeys();
  useSegmentsOf(siteId.value);
  return (
    <>
      <Header>
        <RangePicker />
        <FilterPicker />
      </Header>
      <Main class="behaviour">
        <FixedFilters />
        <FilterChips />
        <section class="card editor" aria-labelledby="behaviour-name">
          <h2 id="behaviour-name">{t(names[shaped.kind])}</h2>
          <p class="faint">{t(`about.${shaped.kind}`)}</p>
          <SavedBar shaped={shaped} isComplete={isComplete} />
          <ErrorBoundary>{editor}</ErrorBoundary>
          <Suggestions />
        </section>
        <section class="card" aria-labelledby="behaviour-answer">
          <h2 id="behaviour-answer" class="unseen">
            {t('behaviour.answer')}
          </h2>
          <ErrorBoundary>{children}</ErrorBoundary>
        </section>
      </Main>
      <Footer />
    </>
  );
}
