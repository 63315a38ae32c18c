/** Formats points in time in the browser's time zone, or in a given one. */
import { shortDay } from './format.ts';
import { locale } from './i18n/text.ts';

const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

/** Hours and minutes. */
export const formatClock = (at: number | Date) => new Intl.DateTimeFormat(locale.value, clock).format(at);

/** Date and time of an hour in the browser's time zone. */
export const formatHour = (at: string) =>
  new Intl.DateTimeFormat(locale.value, { ...shortDay, ...clock }).format(new Date(at));

/** Date and time; in the browser's time zone unless one is given. */
export const formatInstant = (at: string, timeZone?: string) =>
  new Intl.DateTimeFormat(locale.value, {
    ...{ dateStyle: 'medium', timeStyle: 'short' },
    ...(timeZone !== undefined && { timeZone }),
  }).format(Date.parse(at));

/** `until` null: a single point in time. */
export const formatSpan = (from: string, until: string | null, timeZone?: string) =>
  [from, until]
    .flatMap((at) => at ?? [])
    .map((at) => formatInstant(at, timeZone))
    .join(' – ');
