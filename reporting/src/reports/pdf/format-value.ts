import type { Column, Row } from '../../datasets/dataset.js';

export interface ShownColumn {
  name: string;
  title: string;
  isNumber: boolean;
  /** Can be wide, and can be shortened. */
  isText: boolean;
  /** Text of the cell. Null: no value. */
  show(row: Row): string | null;
  /** The value as a bar length. 0 if it is not a number. */
  measure(row: Row): number;
}

/** The language if Intl supports it, otherwise English. */
export function supportedLanguage(language: string | undefined): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language ?? 'en')[0] ?? 'en';
  } catch {
    return 'en';
  }
}

/** The displayed columns. Amounts show the currency of their row, so the currency column is dropped. */
export function showColumns(columns: Column[], language: string): ShownColumn[] {
  const currency = columns.findIndex((column) => column.name === 'currency');
  const isMoney = (column: Column) => column.type === 'decimal' && !column.unit && currency >= 0;
  const hidden = columns.some(isMoney) ? currency : -1;
  return columns
    .map((column, place) => showColumn(column, place, language, isMoney(column) ? currency : -1))
    .filter((_, place) => place !== hidden);
}

function showColumn(column: Column, place: number, language: string, currency: number): ShownColumn {
  const format = formatOf(column, language);
  return {
    name: column.name,
    title: titleOf(column),
    isNumber: ['integer', 'decimal', 'number'].includes(column.type),
    isText: column.type === 'text' || column.type === 'json',
    show(row) {
      const value = row[place] ?? null;
      return value === null ? null : format(value, currency < 0 ? null : (row[currency] ?? null));
    },
    measure: (row) => Number(row[place] ?? 0) || 0,
  };
}

function titleOf({ title, type, unit }: Column): string {
  if (type === 'instant') return `${title} (UTC)`;
  return !unit || unit === 'percent' || type === 'date' || isCurrency(unit) ? title : `${title} (${unit})`;
}

type Format = (value: string, currency: string | null) => string;

function formatOf({ type, unit }: Column, language: string): Format {
  if (type === 'date' && unit) return formatPeriod(unit, language);
  if (type === 'date' || type === 'instant') return formatTime(type, language);
  if (type === 'boolean') return (value) => (value === 'true' ? 'yes' : value === 'false' ? 'no' : value);
  if (type === 'integer' || type === 'decimal' || type === 'number') return formatNumbers(type, unit, language);
  return (value) => (value === '' ? '(empty)' : value);
}

function formatNumbers(type: Column['type'], unit: string | undefined, language: string): Format {
  const formats = new Map<string, Intl.NumberFormat>();
  const ofUnit = unit && isCurrency(unit) ? unit : null;
  return (value, ofRow) => {
    if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value)) return value;
    if (/^-?\d{19}|e/i.test(value)) return shortForm(value) + (ofUnit || ofRow ? ` ${ofUnit ?? ofRow}` : '');
    const currency = ofUnit ?? (ofRow && isCurrency(ofRow) ? ofRow : null);
    const options = numberOptions(value, type, unit, currency);
    const key = JSON.stringify(options);
    const format = formats.get(key) ?? new Intl.NumberFormat(language, options);
    formats.set(key, format);
    return withoutMarks(format.format(value as Intl.StringNumericLiteral)) + (currency || !ofRow ? '' : ` ${ofRow}`);
  };
}

/** Very large numbers, such as 1.234E30. */
function shortForm(value: string): string {
  const [, sign = '', digits = ''] = /^(-?)(\d+)(?!.*e)/i.exec(value) ?? [];
  return digits ? `${sign}${digits[0]}.${digits.slice(1, 4)}E${digits.length - 1}` : value;
}

/** Enough digits to be exact for amounts and counts, two decimals for averages. */
function numberOptions(
  value: string,
  type: Column['type'],
  unit: string | undefined,
  currency: string | null,
): Intl.NumberFormatOptions {
  const [, fraction = ''] = value.split('.');
  const size = Math.abs(Number(value));
  if (currency)
    return size < 1 && fraction.length > 2 ? money(currency, Math.min(fraction.length, 6)) : money(currency);
  if (unit === 'percent') return { style: 'unit', unit: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 };
  if (type !== 'number') return { maximumFractionDigits: 6 };
  // Always two decimals, to align the decimal points of a column.
  return size > 0 && size < 0.01
    ? { maximumSignificantDigits: 3 }
    : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
}

function money(currency: string, maximumFractionDigits?: number): Intl.NumberFormatOptions {
  return { style: 'currency', currency, ...(maximumFractionDigits && { maximumFractionDigits }) };
}

function isCurrency(text: string): boolean {
  return /^[A-Z]{3}$/.test(text);
}

function formatTime(type: 'date' | 'instant', language: string): Format {
  // Day before month, like the period at the top.
  const locale = language === 'en' ? 'en-GB' : language;
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  const time = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    hourCycle: 'h23',
    timeZone: 'UTC',
  });
  const pattern = type === 'date' ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
  return (value) => {
    const instant = new Date(value);
    if (!pattern.test(value) || Number.isNaN(instant.getTime())) return value;
    return withoutMarks((type === 'date' ? day : time).format(instant));
  };
}

/** A period by its first day: `November 2026`, `Q4 2026`, `2026`. */
function formatPeriod(unit: string, language: string): Format {
  const format = new Intl.DateTimeFormat(language, {
    year: 'numeric',
    ...(unit === 'month' && { month: 'long' }),
    timeZone: 'UTC',
  });
  return (value) => {
    const day = dayOf(value);
    if (!day) return value;
    const quarter = unit === 'quarter' ? `Q${Math.floor(day.getUTCMonth() / 3) + 1} ` : '';
    return quarter + withoutMarks(format.format(day));
  };
}

/** Undefined for invalid dates. */
function dayOf(value: string): Date | undefined {
  const day = new Date(value);
  return /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(day.getTime()) ? day : undefined;
}

/** Removes the direction marks that Intl adds in some languages: they would show up escaped, and are not needed to order a line. */
function withoutMarks(text: string): string {
  return text.replace(/[\u061c\u200e\u200f]/g, '');
}
