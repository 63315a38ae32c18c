import { oneLine } from '@millrace/shared/outbound/one-line';
import type { FigureValue, KeyFigure } from './report-to-deliver.js';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat('en', { maximumFractionDigits: 1, signDisplay: 'exceptZero' });
const isNumber = /^[+-]?\d+(\.\d+)?$/;
const isCurrency = /^[A-Z]{3}$/;

/** Keeps every digit: Intl formats numeric strings exactly. */
const formatNumber = (format: Intl.NumberFormat, value: number | string) => format.format(value as number);

/** The value with its unit, or a dash for null. */
export function formatValue(value: FigureValue, unit = ''): string {
  if (value === null) return '–';
  if (typeof value === 'string' && !isNumber.test(value)) return oneLine(value, 60);
  if (isCurrency.test(unit))
    return formatNumber(new Intl.NumberFormat('en', { style: 'currency', currency: unit }), value);
  const text = formatNumber(number, value);
  if (unit === '%') return `${text}%`;
  return unit === '' ? text : `${text} ${oneLine(unit, 20)}`;
}

export interface FormattedChange {
  /** `▲ +12%` */
  text: string;
  mood: 'good' | 'bad' | 'neutral';
}

/** Undefined if there is nothing to compare with. */
export function formatChange({ change, higherIsBetter = true }: KeyFigure): FormattedChange | undefined {
  if (typeof change !== 'number') return undefined;
  if (change === 0) return { text: 'unchanged', mood: 'neutral' };
  const isUp = change > 0;
  const text = `${isUp ? '▲' : '▼'} ${percent.format(change).replace('-', '−')}%`;
  return { text, mood: isUp === higherIsBetter ? 'good' : 'bad' };
}

const day = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' });

export const formatDay = (at: Date) => day.format(at);

const megabytes = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
/** `14.2 MB`, `37 KB` */
export const formatBytes = (bytes: number) =>
  bytes < 1_000_000
    ? `${number.format(Math.max(1, Math.round(bytes / 1_000)))} KB`
    : `${megabytes.format(bytes / 1e6)} MB`;
