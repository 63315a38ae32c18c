/** Corrects the timestamps of a client whose clock is wrong, by when it sent them and when they arrived. */
import { parseInstant } from '../time/instant.js';

/** What of an event it takes. */
interface TimedEvent {
  timestamp: string;
  event_id?: string;
  client_time?: string;
  properties?: Record<string, unknown>;
}

/** A smaller difference is the way through the network, and no reason to change anything. */
const toleratedMs = 60_000;

/** Digits finer than a millisecond, which the shift leaves as they are. */
const finer = /\.\d{3}(\d+)/;

function shifted(timestamp: string, byMs: number): string {
  const ms = parseInstant(timestamp)! + byMs;
  const text = new Date(ms).toISOString();
  const [, digits = ''] = finer.exec(timestamp) ?? [];
  return digits === '' ? text : text.replace('Z', `${digits}Z`);
}

/**
 * Moves the timestamp of an event by arrival - `sent_at` where they are more than a minute apart, as Segment's specification
 * of `sentAt` does ("timestamp = receivedAt - (sentAt - originalTimestamp)"); the client's own then stands in property
 * `client_timestamp`. An event with an id of its own keeps it in `client_time` in any case, by which its retries are known: whether a
 * delivery is corrected, and by how much, is different each time.
 */
export function correctClock(event: TimedEvent, sentMs: number, arrivedMs: number): void {
  const clientTime = event.timestamp;
  if (event.event_id !== undefined) event.client_time = clientTime;
  const byMs = arrivedMs - sentMs;
  if (Math.abs(byMs) <= toleratedMs) return;
  event.timestamp = shifted(clientTime, byMs);
  event.properties = { client_timestamp: clientTime, ...event.properties };
}
