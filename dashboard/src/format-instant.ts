/** Instants, as the reader's clock or that of a zone shows them. */
import { shortDay } from './format.ts';
import { locale } from './i18n/text.ts';

const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

/** Hours and minutes. */
export const formatClock = (at: number | Date) => new Intl.DateTimeFormat(locale.value, clock).format(at);

/** An hour of the reader's clock, with its day. */
export const formatHour = (at: string) =>
  new Intl.DateTimeFormat(locale.value, { ...shortDay, ...clock }).format(new Date(at));

/** A date and a time, as the clock of a zone shows it; without one as the reader's does. */
export const formatInstant = (at: string, timeZone?: string) =>
  new Intl.DateTimeFormat(locale.value, {
    ...{ dateStyle: 'medium', timeStyle: 'short' },
    ...(timeZone !== undefined && { timeZone }),
  }).format(Date.parse(at));

/** From one instant to another, where there is one. */
export const formatSpan = (from: string, until: string | null, timeZone?: string) =>
  [from, until]
    .flatMap((at) => at ?? [])
    .map((at) => formatInstant(at, timeZone))
    .join(' – ');
