import { Temporal } from 'temporal-polyfill';

/** True for an IANA zone name such as `Europe/Berlin`; offsets such as `+02:00` are not zones. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/.test(zone)) return false;
  try {
    // Checked with the library that computes the days: Intl also accepts old names, such as IST, that it refuses.
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/** True for a real calendar date written `YYYY-MM-DD`. */
export function isCalendarDate(date: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return false;
  try {
    Temporal.PlainDate.from(date, { overflow: 'reject' });
    return true;
  } catch {
    return false;
  }
}

/**
 * The half-open range of a day, including days with a clock change. If midnight does not exist, the day starts at its first
 * instant; if midnight happens twice, at the first of the two.
 */
export function dayRange(date: string, zone: string): { from: Date; to: Date } {
  const day = Temporal.PlainDate.from(date);
  const startOf = (plain: Temporal.PlainDate) => new Date(plain.toZonedDateTime(zone).epochMilliseconds);
  return { from: startOf(day), to: startOf(day.add({ days: 1 })) };
}
