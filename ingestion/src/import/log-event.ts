/** Turns a log record into the event that ingestion stores, with an id that the same line of the same file always gets. */
import { createHash } from 'node:crypto';
import type { Event } from '@millrace/shared/event';
import type { LogRecord } from './parse-log-line.js';
import type { LogLine } from './read-lines.js';

export interface LogEvent extends Event {
  event_type: 'view' | 'request';
  properties: { status: number; bytes: number; method?: string; user_agent?: string; truncated?: true };
}

/** The lengths that ingestion takes; the user agent's keeps the properties far below their 8 KB. */
const MAX_LENGTH = { path: 2048, referrer: 2048, user_id: 128, method: 64, user_agent: 1024 };

/**
 * A `view` is a GET that gave the visitor something (200, or 304 for what the browser had already); all else is a `request`.
 * Overlong values are cut rather than the line lost; `properties.truncated` then says so.
 */
export function logEvent(siteId: string, line: LogLine, record: LogRecord): LogEvent {
  let truncated = false;
  function fit(field: keyof typeof MAX_LENGTH, value: string): string {
    if (value.length <= MAX_LENGTH[field]) return value;
    truncated = true;
    return value.slice(0, MAX_LENGTH[field]).replace(/[\uD800-\uDBFF]$/, ''); // never half a character
  }
  const event: LogEvent = {
    site_id: siteId,
    event_type: isView(record) ? 'view' : 'request',
    event_id: eventId(line),
    timestamp: record.timestamp,
    path: fit('path', record.path),
    properties: { status: record.status, bytes: record.bytes },
  };
  if (record.client !== '-') event.user_id = fit('user_id', record.client);
  if (record.referrer !== null) event.referrer = fit('referrer', record.referrer);
  if (record.method !== null) event.properties.method = fit('method', record.method);
  if (record.userAgent !== null) event.properties.user_agent = fit('user_agent', record.userAgent);
  if (truncated) event.properties.truncated = true;
  return event;
}

function isView(record: LogRecord): boolean {
  return record.method === 'GET' && (record.status === 200 || record.status === 304);
}

/** A name-based UUID from SHA-256: version 8, made as RFC 9562, appendix B.2 describes. */
function eventId(line: LogLine): string {
  const hash = createHash('sha256').update(`${line.number}\n${line.text}`).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
