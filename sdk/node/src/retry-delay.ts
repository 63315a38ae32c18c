/** How long to wait before a request is sent again. */

const firstDelayMs = 500;
const maxDelayMs = 60_000;

/**
 * Doubles with each failure, up to a minute; up to half of it is left out at random, so that clients do not come back all at once.
 * @param failures how many attempts failed before the one that failed now
 * @param random uniform in [0, 1)
 */
export function backOffMs(failures: number, random: number): number {
  return Math.min(maxDelayMs, firstDelayMs * 2 ** failures) * (1 - random / 2);
}

/**
 * `Retry-After` in seconds or as a date, in milliseconds from now; undefined when there is none, or it makes no sense.
 * @param date the header `Date` of the same answer, by whose clock a date is meant
 */
export function retryAfterMs(retryAfter: string | null, date: string | null, nowMs: number): number | undefined {
  if (retryAfter === null) return undefined;
  const written = retryAfter.trim();
  if (/^\d+$/.test(written)) return Number(written) * 1_000;
  // Of a lone number `Date.parse` makes a year.
  if (!/^[a-z]/i.test(written)) return undefined;
  const sentMs = Date.parse(date ?? '');
  const waitMs = Date.parse(written) - (Number.isNaN(sentMs) ? nowMs : sentMs);
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
