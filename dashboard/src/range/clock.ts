/** Local time in a zone in ISO 8601, such as `2025-11-14T10:05:00`. */
export function wallClock(timezone: string, at: number | Date): string {
  const format = { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' } as const;
  // Swedish dates are written as in ISO 8601.
  return new Intl.DateTimeFormat('sv-SE', format).format(at).replace(' ', 'T');
}

/** Rejects dates that do not exist, such as 30 February. */
export const isDate = (day: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(day) &&
  !Number.isNaN(Date.parse(day)) &&
  new Date(Date.parse(day)).toISOString().slice(0, 10) === day;
