/** Formats numbers, durations and dates in the current locale. */
import { locale, t } from './i18n/text.ts';

const formats = new Map<string, Intl.NumberFormat>();

export function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale.value} ${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.NumberFormat(locale.value, options);
  formats.set(key, format);
  return format;
}

export const formatNumber = (value: number) => numberFormat({ maximumFractionDigits: 2 }).format(value);

/** Abbreviates from ten thousand on, such as 12.3K. */
export const formatShort = (value: number) =>
  Math.abs(value) < 10_000
    ? formatNumber(value)
    : numberFormat({ notation: 'compact', maximumFractionDigits: 1 }).format(value);

/** `value` is in percent. */
export const formatPercent = (value: number, digits = 1) =>
  numberFormat({ style: 'percent', maximumFractionDigits: digits }).format(value / 100);

/** With a sign, such as +12 %. */
export const formatChange = (value: number) =>
  numberFormat({ style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' }).format(value / 100);

/** Such as 1m 30s. */
export function formatDuration(seconds: number): string {
  const rounded = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(rounded / 3_600), Math.floor(rounded / 60) % 60, rounded % 60];
  if (hours > 0) return t('duration.hours', { hours, minutes });
  return minutes > 0 ? t('duration.minutes', { minutes, seconds: rest }) : t('duration.seconds', { seconds: rest });
}

type Unit = 'count' | 'percent' | 'seconds' | 'ratio';

const units: Record<string, Unit> = {
  bounce_rate: 'percent',
  conversion_rate: 'percent',
  share: 'percent',
  visit_duration: 'seconds',
  visit_duration_median: 'seconds',
  views_per_visit: 'ratio',
  views_per_visitor: 'ratio',
};

const unitOf = (metric: string): Unit => units[metric] ?? 'count';

/** Formats a metric; a dash for null. Exact decimals arrive as strings. */
export function formatMetric(
  metric: string,
  value: number | string | null | undefined,
  { isShort = false } = {},
): string {
  if (value === null || value === undefined) return '–';
  const number = Number(value);
  const unit = unitOf(metric);
  if (unit === 'percent') return formatPercent(number);
  if (unit === 'seconds') return formatDuration(number);
  return isShort ? formatShort(number) : formatNumber(number);
}

/**
 * Formats a bucket label such as `2025-11-14` or `2025-11-14T10:00:00+01:00` in the time zone of the label; `isShort` for an
 * axis.
 */
export function formatBucket(label: string, unit: string, isShort = false): string {
  // Parsed as UTC because the label already is local time.
  const date = new Date(
    `${label.slice(0, 19)}${label.length > 10 ? '' : 'T00:00:00'}Z`.replace(/(T\d\d:\d\d)Z$/, '$1:00Z'),
  );
  if (Number.isNaN(date.getTime())) return label;
  return new Intl.DateTimeFormat(locale.value, {
    ...(isShort ? shortFormats : bucketFormats)[unit],
    timeZone: 'UTC',
  }).format(date);
}

const day: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short' };
const time: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit' };
const bucketFormats: Record<string, Intl.DateTimeFormatOptions> = {
  minute: time,
  hour: { ...day, ...time },
  day: { ...day, year: 'numeric' },
  week: { day: 'numeric', month: 'short', year: 'numeric' },
  month: { month: 'long', year: 'numeric' },
};

export const shortDay: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' };
const shortFormats: Record<string, Intl.DateTimeFormatOptions> = {
  minute: time,
  hour: time,
  day: shortDay,
  week: shortDay,
  month: { month: 'short', year: 'numeric' },
};

export const formatTime = (at: number | Date) =>
  new Intl.DateTimeFormat(locale.value, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at);

export function countryName(code: string): string {
  try {
    return new Intl.DisplayNames(locale.value, { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** `tag` is a language tag such as `de-AT`. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames(locale.value, { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
