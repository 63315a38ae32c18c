/** The time of an event as the text that is stored. */

/** The last time of arrival: a batch asks a thousand times for the same one. */
let arrival = { ms: Number.NaN, text: '' };

/** ISO 8601 in UTC, of milliseconds since 1970. */
export function arrivalText(ms: number): string {
  if (arrival.ms !== ms) arrival = { ms, text: new Date(ms).toISOString() };
  return arrival.text;
}

/** Drops digits beyond microseconds, which Postgres would round, at worst into another month. */
export function cutToMicroseconds(timestamp: string): string {
  return timestamp.length > 27 ? timestamp.replace(/(\.\d{6})\d+/, '$1') : timestamp;
}
