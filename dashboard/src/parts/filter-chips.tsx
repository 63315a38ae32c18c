/** The filters in force, in words; a click on one changes it. */

import { withLater } from '../deferred.ts';
import { editedFilter, openFilterDialog } from '../filters/edited-filter.ts';
import { filterWords } from '../filters/filter-words.ts';
import { t } from '../i18n/text.ts';
import { savedSegments, segmentsProblem } from '../saved-segments.ts';
import { askAgain } from '../use-request.ts';
import { changeView, clearFilters, type Filter, removeFilter, view } from '../view.ts';
import { onDemand } from './lazy.tsx';
import { Problem } from './problem.tsx';

const FilterDialog = onDemand(async () => (await withLater(import('../filters/filter-dialog.tsx'))).FilterDialog);

function Remove({ words, onClick }: { words: string; onClick: () => void }) {
  return (
    <button type="button" class="remove" aria-label={t('filter.remove', { filter: words })} onClick={onClick}>
      ×
    </button>
  );
}

function Chip({ filter }: { filter: Filter }) {
  const words = filterWords(filter);
  const whole = filterWords(filter, { isWhole: true });
  return (
    <li>
      <button type="button" class="words" title={whole} onClick={() => openFilterDialog(filter)}>
        {words}
      </button>
      <Remove words={whole} onClick={() => removeFilter(filter)} />
    </li>
  );
}

/** The chosen segment, or that it is gone. */
function SegmentChip({ id }: { id: string }) {
  if (segmentsProblem.value) return <Problem problem={segmentsProblem.value} again={askAgain} />;
  const segment = savedSegments.value?.find((each) => each.id === id);
  const remove = () => changeView({ segment: undefined });
  if (segment) {
    const words = t('segment.is', { name: segment.name });
    return (
      <li>
        <span class="words">{words}</span>
        <Remove words={words} onClick={remove} />
      </li>
    );
  }
  if (!savedSegments.value) return null;
  return (
    <li class="problem" role="alert">
      {t('segment.gone')}
      <button type="button" class="control" onClick={remove}>
        {t('segment.without')}
      </button>
    </li>
  );
}

export function FilterChips() {
  const { filters, segment } = view.value;
  const count = filters.length + (segment ? 1 : 0);
  return (
    <>
      {count > 0 && (
        <ul class="chips" aria-label={t('filter.all')}>
          {segment && <SegmentChip id={segment} />}
          {filters.map((filter) => (
            <Chip key={JSON.stringify(filter)} filter={filter} />
          ))}
          <li class="plain">
            <button type="button" class="words" onClick={clearFilters}>
              {t('filter.clear')}
            </button>
          </li>
        </ul>
      )}
      {editedFilter.value && <FilterDialog />}
    </>
  );
}
