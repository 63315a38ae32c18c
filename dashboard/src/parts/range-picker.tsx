/** Chooses the range of time that everything on the page is about. */
import { t, textOr } from '../i18n/text.ts';
import { changeView, view } from '../view.ts';

const presets = [
  'day',
  'yesterday',
  '24h',
  '7d',
  '28d',
  '30d',
  '90d',
  'month',
  'last_month',
  'quarter',
  'year',
  '12mo',
  'all',
];

export function RangePicker() {
  const { range } = view.value;
  return (
    <select
      aria-label={t('range')}
      value={range}
      onChange={(event) => changeView({ range: event.currentTarget.value, interval: undefined })}
    >
      {presets.map((name) => (
        <option key={name} value={name}>
          {textOr(`range.${name}`, name)}
        </option>
      ))}
    </select>
  );
}
