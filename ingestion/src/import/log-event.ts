import type { Event } from '@millrace/shared/contract/event-columns';
import type { LogRecord } from './formats/log-record.js';
import { type RequestKind, requestKind } from './request-kind.js';

export interface LogEvent extends Event {
  event_type: RequestKind;
  properties: {
    status: number;
    bytes?: number;
    method?: string;
    user_agent?: string;
    hostname?: string;
    truncated?: true;
  };
}

export interface EventOptions {
  siteId: string;
  countAssets: boolean;
}

/** Ingestion's limits; those of properties keep them far below 8 KB. */
const MAX_LENGTH = {
  path: 2048,
  referrer: 2048,
  user_id: 128,
  method: 64,
  user_agent: 1024,
  hostname: 253,
};

/**
 * Converts a log record to an event. The path includes the query, which the site's path rules split off when it is stored. Values
 * that are too long are truncated, and `properties.truncated` is set, rather than losing the line. Events with a `bot` only count in
 * queries with `include_bots`.
 */
export function logEvent(
  { siteId, countAssets }: EventOptions,
  eventId: string,
  record: LogRecord,
  bot?: string,
): LogEvent {
  let truncated = false;
  function fit(field: keyof typeof MAX_LENGTH, value: string): string {
    if (value.length <= MAX_LENGTH[field]) return value;
    truncated = true;
    return value.slice(0, MAX_LENGTH[field]).replace(/[\uD800-\uDBFF]$/, ''); // never half a character
  }
  const kind = requestKind(record);
  const event: LogEvent = {
    site_id: siteId,
    event_type: kind === 'asset' && countAssets ? 'view' : kind,
    event_id: eventId,
    timestamp: record.timestamp,
    path: fit('path', record.target),
    properties: { status: record.status },
  };
  const { properties } = event;
  if (record.client !== null) event.user_id = fit('user_id', record.client);
  if (record.referrer !== null) event.referrer = fit('referrer', record.referrer);
  if (bot !== undefined) event.bot = bot;
  if (record.bytes !== null) properties.bytes = record.bytes;
  if (record.method !== null) properties.method = fit('method', record.method);
  if (record.userAgent !== null) properties.user_agent = fit('user_agent', record.userAgent);
  if (record.hostname !== null) properties.hostname = fit('hostname', record.hostname);
  if (truncated) properties.truncated = true;
  return event;
}
