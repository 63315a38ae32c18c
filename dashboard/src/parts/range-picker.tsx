/** Chooses the date range and the comparison. */

import { withDeferred } from '../deferred.ts';
import { t } from '../i18n/text.ts';
import { canMove, move } from '../range/choose-range.ts';
import { rangeName } from '../range/range-name.ts';
import { route } from '../router.ts';
import { view } from '../view.ts';
import { lazy } from './lazy.tsx';
import { Menu } from './menu.tsx';

const RangeMenu = lazy(async () => (await withDeferred(import('../range/range-menu.tsx'))).RangeMenu);
const CompareMenu = lazy(async () => (await withDeferred(import('../range/compare-menu.tsx'))).CompareMenu);

function Step({ step }: { step: 1 | -1 }) {
  return (
    <button
      type="button"
      class="control step"
      aria-label={t(step < 0 ? 'range.before' : 'range.after')}
      aria-disabled={!canMove(step)}
      onClick={() => move(step)}
    >
      <svg viewBox="0 0 8 12" aria-hidden="true" class="mirrored">
        <path d={step < 0 ? 'M6 1 1 6l5 5' : 'M2 1l5 5-5 5'} />
      </svg>
    </button>
  );
}

function comparisonName(): string {
  const { compare, range } = view.value;
  if (compare === 'off' || range === 'all') return t('compare.off');
  if (compare === 'previous_period' || compare === 'year_over_year') return t(`compare.short.${compare}`);
  return t('compare.short', { range: rangeName(compare) });
}

export function RangePicker() {
  const { range } = view.value;
  return (
    <div class="ranges">
      <Step step={-1} />
      <Menu name="range" label={t('range.choose', { range: rangeName(range) })} content={RangeMenu}>
        {rangeName(range)}
      </Menu>
      <Step step={1} />
      {route.value.page === 'site' && (
        <Menu name="compare" label={t('compare.choose', { comparison: comparisonName() })} content={CompareMenu}>
          {comparisonName()}
        </Menu>
      )}
    </div>
  );
}
