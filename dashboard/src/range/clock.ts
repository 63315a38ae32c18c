/** What dates and clocks show. */

/** What the clock of a zone shows, written as ISO 8601 does: `2025-11-14T10:05:00`. */
export function wallClock(timezone: string, at: number | Date): string {
  const format = { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' } as const;
  // The Swedish way of writing dates is that of ISO 8601.
  return new Intl.DateTimeFormat('sv-SE', format).format(at).replace(' ', 'T');
}

/** A date that there is: not 30 February. */
export const isDate = (day: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(day) &&
  !Number.isNaN(Date.parse(day)) &&
  new Date(Date.parse(day)).toISOString().slice(0, 10) === day;
