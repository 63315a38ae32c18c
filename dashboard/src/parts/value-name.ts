/** The displayed names of values and dimensions. */
import { countryName, languageName } from '../format.ts';
import { t, textOr } from '../i18n/text.ts';

const plain = (dimension: string) => dimension.replace(/^visit:/, '');

export const dimensionName = (dimension: string) =>
  plain(dimension).startsWith('property:')
    ? plain(dimension).slice('property:'.length)
    : textOr(`dimension.${plain(dimension)}`, plain(dimension));

/** Null means that an event has no value. */
export function valueName(dimension: string, value: string | null): string {
  const name = plain(dimension);
  if (value === null) return textOr(`none.${name}`, t('none'));
  if (value === '') return t('value.empty');
  if (name === 'country') return countryName(value);
  if (name === 'language') return languageName(value);
  return textOr(`value.${name}.${value}`, value);
}
