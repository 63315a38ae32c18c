import { parseInstant } from '../time/instant.js';

interface TimedEvent {
  timestamp: string;
  event_id?: string;
  client_time?: string;
  properties?: Record<string, unknown>;
}

/** Smaller differences are network latency. */
const toleratedMs = 60_000;

/** Digits below a millisecond, which the shift keeps. */
const finer = /\.\d{3}(\d+)/;

function shifted(timestamp: string, byMs: number): string {
  const ms = parseInstant(timestamp)! + byMs;
  const text = new Date(ms).toISOString();
  const [, digits = ''] = finer.exec(timestamp) ?? [];
  return digits === '' ? text : text.replace('Z', `${digits}Z`);
}

/**
 * Shifts the timestamp of an event by arrival - `sent_at` if they are more than a minute apart, as Segment specifies for `sentAt`
 * ("timestamp = receivedAt - (sentAt - originalTimestamp)"), and keeps the client's in property `client_timestamp`. An event that
 * came with an id always keeps it in `client_time` too, which identifies its retries: the correction differs with each delivery.
 */
export function correctClock(event: TimedEvent, sentMs: number, arrivedMs: number): void {
  const clientTime = event.timestamp;
  if (event.event_id !== undefined) event.client_time = clientTime;
  const byMs = arrivedMs - sentMs;
  if (Math.abs(byMs) <= toleratedMs) return;
  event.timestamp = shifted(clientTime, byMs);
  event.properties = { client_timestamp: clientTime, ...event.properties };
}
