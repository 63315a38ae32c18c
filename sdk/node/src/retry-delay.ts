const firstDelayMs = 500;
const maxDelayMs = 60_000;

/**
 * Doubles with each failure, up to a minute, and is randomly reduced by up to half, so that clients do not all return at once.
 * @param failures number of failed attempts before this one
 * @param random uniform in [0, 1)
 */
export function backOffMs(failures: number, random: number): number {
  return Math.min(maxDelayMs, firstDelayMs * 2 ** failures) * (1 - random / 2);
}

/**
 * Parses `Retry-After`, in seconds or as a date, into milliseconds from now; undefined if absent or invalid.
 * @param date the header `Date` of the same response, whose clock the date refers to
 */
export function retryAfterMs(retryAfter: string | null, date: string | null, nowMs: number): number | undefined {
  if (retryAfter === null) return undefined;
  const written = retryAfter.trim();
  if (/^\d+$/.test(written)) return Number(written) * 1_000;
  // `Date.parse` would read a lone number as a year.
  if (!/^[a-z]/i.test(written)) return undefined;
  const sentMs = Date.parse(date ?? '');
  const waitMs = Date.parse(written) - (Number.isNaN(sentMs) ? nowMs : sentMs);
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
