/** What the application gives → the JSON that is sent. */

export interface Defaults {
  site: string;
  nowMs: number;
  makeId(nowMs: number): string;
}

type Given = Record<string, unknown>;

function timestampText(given: unknown, nowMs: number): unknown {
  return given instanceof Date ? given.toISOString() : (given ?? new Date(nowMs).toISOString());
}

function textOf(body: Given): string {
  const text = JSON.stringify(body);
  if (typeof text !== 'string') throw new TypeError('it has no JSON');
  return text;
}

/** The JSON of an event, with all that a retry needs to be the same event. @throws TypeError, RangeError when it has none. */
export function writeEvent(event: unknown, { site, nowMs, makeId }: Defaults): string {
  if (typeof event !== 'object' || event === null) throw new TypeError('it is not an object');
  const given = event as Given;
  return textOf({
    ...given,
    site_id: given.site_id ?? site,
    path: given.path ?? '',
    event_id: given.event_id ?? makeId(nowMs),
    timestamp: timestampText(given.timestamp, nowMs),
  });
}
