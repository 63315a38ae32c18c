/** The active filters; clicking one edits it. */

import { withDeferred } from '../deferred.ts';
import { describeFilter } from '../filters/describe-filter.ts';
import { editedFilter, openFilterDialog } from '../filters/edited-filter.ts';
import { t } from '../i18n/text.ts';
import { savedSegments, segmentsProblem } from '../saved-segments.ts';
import { refreshNow } from '../use-request.ts';
import { changeView, clearFilters, type Filter, removeFilter, view } from '../view.ts';
import { lazy } from './lazy.tsx';
import { Problem } from './problem.tsx';

const FilterDialog = lazy(async () => (await withDeferred(import('../filters/filter-dialog.tsx'))).FilterDialog);

function Remove({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" class="remove" aria-label={t('filter.remove', { filter: label })} onClick={onClick}>
      ×
    </button>
  );
}

function Chip({ filter }: { filter: Filter }) {
  const label = describeFilter(filter);
  const full = describeFilter(filter, { isWhole: true });
  return (
    <li>
      <button type="button" class="words" title={full} onClick={() => openFilterDialog(filter)}>
        {label}
      </button>
      <Remove label={full} onClick={() => removeFilter(filter)} />
    </li>
  );
}

/** The chosen segment, or a note that it no longer exists. */
function SegmentChip({ id }: { id: string }) {
  if (segmentsProblem.value) return <Problem problem={segmentsProblem.value} again={refreshNow} />;
  const segment = savedSegments.value?.find((each) => each.id === id);
  const remove = () => changeView({ segment: undefined });
  if (segment) {
    const label = t('segment.is', { name: segment.name });
    return (
      <li>
        <span class="words">{label}</span>
        <Remove label={label} onClick={remove} />
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
