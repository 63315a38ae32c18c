import { textOr } from '../i18n/text.ts';
import { dimensionName, valueName } from '../parts/value-name.ts';
import type { Filter } from '../view.ts';

const valuesShown = 3;

/** Such as `Country is Germany, Austria`; long lists are shortened unless `isWhole`. */
export function describeFilter([operator, dimension, values = []]: Filter, { isWhole = false } = {}): string {
  const shown = isWhole ? values : values.slice(0, valuesShown);
  const names = shown.map((value) => (value === '' ? '""' : valueName(dimension, value))).join(', ');
  const rest = values.length - shown.length;
  return [dimensionName(dimension), textOr(`operator.${operator}`, operator), names, rest > 0 ? `+${rest}` : '']
    .filter((word) => word !== '')
    .join(' ');
}
