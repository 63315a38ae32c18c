/** What narrows the page: the limits of a shared link, filters, and the goal. */
import { chosenGoal } from '../goals.ts';
import { t } from '../i18n/text.ts';
import { FixedFilters } from '../share/fixed-filters.tsx';
import { changeView } from '../view.ts';
import { FilterChips } from './filter-chips.tsx';

function GoalChip() {
  const goal = chosenGoal.value;
  if (typeof goal === 'string') return null;
  const label = t('goal.chip', { goal: goal.name });
  return (
    <ul class="chips">
      <li>
        {label}
        <button
          type="button"
          aria-label={t('filter.remove', { filter: label })}
          onClick={() => changeView({ goal: undefined })}
        >
          ×
        </button>
      </li>
    </ul>
  );
}

export const Chips = () => (
  <>
    <FixedFilters />
    <FilterChips />
    <GoalChip />
  </>
);
