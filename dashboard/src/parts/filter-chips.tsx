/** The filters in force; each goes with a click. */
import { t, textOr } from '../i18n/text.ts';
import { removeFilter, view } from '../view.ts';
import { dimensionName, valueName } from './value-name.ts';

export function FilterChips() {
  const { filters } = view.value;
  if (filters.length === 0) return null;
  return (
    <ul class="chips">
      {filters.map((filter) => {
        const [operator, dimension, values] = filter;
        const said = `${dimensionName(dimension)} ${textOr(`operator.${operator}`, operator)} ${values.map((value) => valueName(dimension, value)).join(', ')}`;
        return (
          <li key={said}>
            {said}
            <button
              type="button"
              aria-label={t('filter.remove', { filter: said })}
              onClick={() => removeFilter(filter)}
            >
              ×
            </button>
          </li>
        );
      })}
    </ul>
  );
}
