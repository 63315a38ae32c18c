/** The filters of a shared link. They cannot be removed; the server enforces them. */
import { t, textOr } from '../i18n/text.ts';
import { dimensionName, valueName } from '../parts/value-name.ts';
import { session } from '../session.ts';

type Values = (string | number | null)[];
const isPlain = (filter: unknown[]): filter is [string, string, Values?] => typeof filter[1] === 'string';

/** A filter of the API: on one dimension, or several joined by `and`, `or` or `not`. */
function describeSharedFilter(filter: unknown): string {
  if (!Array.isArray(filter)) return '';
  const [operator, about] = filter as [string, unknown];
  if (isPlain(filter)) {
    const [, dimension, values = []] = filter;
    const text = values.map((value) => valueName(dimension, value === null ? null : String(value))).join(', ');
    return `${dimensionName(dimension)} ${textOr(`operator.${operator}`, operator)} ${text}`.trim();
  }
  if (operator === 'not') return t('share.not', { filter: describeSharedFilter(about) });
  const parts = Array.isArray(about) ? about.map(describeSharedFilter) : [];
  return parts.join(` ${textOr(`share.${operator}`, operator)} `);
}

export function FixedFilters() {
  const filters = session.value?.filters ?? [];
  if (filters.length === 0) return null;
  return (
    <ul class="chips fixed" aria-label={t('share.fixed')}>
      {filters.map((filter, place) => (
        <li key={place} title={t('share.fixed')}>
          {describeSharedFilter(filter)}
        </li>
      ))}
    </ul>
  );
}
