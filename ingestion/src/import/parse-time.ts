/** Converts the time formats of logs to ISO 8601 with a zone. */
import { parseInstant } from '@millrace/shared/time/instant';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const CLOCK = String.raw`(\d\d):(\d\d):(\d\d)(\.\d{1,9})?`;
/** `17/May/2015:10:05:03 +0000`, without brackets. */
export const LOG_TIME = String.raw`(\d\d)/([A-Z][a-z][a-z])/(\d{4}):${CLOCK} ([+-]\d\d)(\d\d)`;
const WHOLE_LOG_TIME = new RegExp(`^${LOG_TIME}$`);
const DATE_AND_CLOCK = new RegExp(String.raw`^(\d{4})[-/](\d\d)[-/](\d\d)[T ]${CLOCK}(Z|[+-]\d\d:?\d\d)?$`);
/** Greater than any time in seconds, less than any time of this century in milliseconds. */
const FIRST_MILLISECONDS = 1e11;
const FIRST_MICROSECONDS = 1e14;
const FIRST_NANOSECONDS = 1e17;

/** Reads a match whose first groups are those of {@link LOG_TIME}; null if the time is invalid. */
export function fromLogTime([, day, monthName, year, hour, minute, second, fraction, hours, minutes]: string[]) {
  const month = String(MONTHS.indexOf(monthName!) + 1).padStart(2, '0');
  return checked(`${year}-${month}-${day}T`, [hour!, minute!, second!, fraction ?? ''], `${hours}:${minutes}`);
}

/** Parses seconds, milli-, micro- or nanoseconds since 1970, ISO 8601, and log time. UTC if there is no zone. */
export function parseTime(value: unknown): string | null {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return null;
  if (/^\d{9,19}(?:\.\d+)?$/.test(value)) return fromEpoch(Number(value));
  const logTime = WHOLE_LOG_TIME.exec(value.replace(/^\[|\]$/g, ''));
  if (logTime !== null) return fromLogTime(logTime as unknown as string[]);
  const match = DATE_AND_CLOCK.exec(value);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  return checked(`${year}-${month}-${day}T`, [hour!, minute!, second!, fraction ?? ''], zone ?? 'Z');
}

function fromEpoch(value: number): string | null {
  if (!(value > 0)) return null;
  if (value < FIRST_MILLISECONDS) return isoOf(value * 1e3);
  if (value < FIRST_MICROSECONDS) return isoOf(value);
  return isoOf(value < FIRST_NANOSECONDS ? value / 1e3 : value / 1e6);
}

function isoOf(milliseconds: number): string | null {
  const date = new Date(Math.floor(milliseconds));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** A leap second becomes the second before, because databases refuse it. */
function checked(date: string, [hour, minute, second, fraction]: string[], zone: string): string | null {
  const iso = `${date}${hour}:${minute}:${second === '60' ? '59' : second}${fraction}${zone}`;
  return parseInstant(iso) === undefined ? null : iso;
}
