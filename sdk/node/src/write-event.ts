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
  if (typeof text !== 'string') throw new TypeError('it is not serializable');
  return text;
}

/**
 * The JSON of an event, complete enough that a retry is the same event. @throws TypeError, RangeError if it cannot be serialized
 */
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
