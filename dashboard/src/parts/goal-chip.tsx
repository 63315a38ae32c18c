/** The goal that panels show conversions of; gone with a click. */
import { chosenGoal } from '../goals.ts';
import { t } from '../i18n/text.ts';
import { changeView } from '../view.ts';

export function GoalChip() {
  const goal = chosenGoal.value;
  if (typeof goal === 'string') return null;
  const said = t('goal.chip', { goal: goal.name });
  return (
    <ul class="chips">
      <li>
        {said}
        <button
          type="button"
          aria-label={t('filter.remove', { filter: said })}
          onClick={() => changeView({ goal: undefined })}
        >
          ×
        </button>
      </li>
    </ul>
  );
}
