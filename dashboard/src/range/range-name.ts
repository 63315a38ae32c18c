import { locale, t, textOr } from '../i18n/text.ts';
import { isDate } from './clock.ts';

/** Such as 3–9 Nov 2026. */
export function formatDays(from: string, to: string): string {
  const format = new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeZone: 'UTC' });
  return from === to ? format.format(Date.parse(from)) : format.formatRange(Date.parse(from), Date.parse(to));
}

export function rangeName(range: string): string {
  const [from, to] = range.split(',');
  if (from && to && isDate(from) && isDate(to) && from <= to) return formatDays(from, to);
  if (/^[1-9]\d{0,4}d$/.test(range)) return t('range.days', { days: Number.parseInt(range, 10) });
  return textOr(`range.${range}`, range);
}
