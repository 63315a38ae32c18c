/** A filter as people say it. */
import { textOr } from '../i18n/text.ts';
import { dimensionName, valueName } from '../parts/value-name.ts';

/** Filters of other shapes, such as those with "or" in them, as the API writes them. */
export function filterWords(filter: unknown): string {
  const [operator, dimension, values] = Array.isArray(filter) ? (filter as unknown[]) : [];
  if (typeof operator !== 'string' || typeof dimension !== 'string' || !Array.isArray(values)) {
    return JSON.stringify(filter);
  }
  const named = (values as (string | null)[]).map((value) => valueName(dimension, value)).join(', ');
  return `${dimensionName(dimension)} ${textOr(`operator.${operator}`, operator)} ${named}`;
}
