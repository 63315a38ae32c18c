/** JSON lines of Caddy 2, Traefik and nginx (`escape=json`). */
import { normalizeClient, normalizeHost } from '../client-address.js';
import { type ParsedRequest, parseRequest, parseTarget } from '../parse-request.js';
import { parseTime } from '../parse-time.js';
import type { JsonFields, LogFormat, LogRecord } from './log-record.js';

/** Field names in order of precedence; a dot accesses a nested object. */
const USUAL_NAMES = {
  time: ['StartUTC', 'time_iso8601', 'ts', '@timestamp', 'timestamp', 'time', 'msec', 'time_local', 'date'],
  client: [
    ...['request.client_ip', 'request.remote_ip', 'request.remote_addr', 'ClientHost', 'ClientAddr'],
    ...['client_ip', 'remote_addr', 'remote_ip', 'remote_host', 'clientip', 'client', 'ip'],
  ],
  request: ['request'],
  method: ['request.method', 'RequestMethod', 'request_method', 'method', 'verb'],
  target: ['request.uri', 'RequestPath', 'request_uri', 'uri', 'url', 'path'],
  query: ['args', 'query_string'],
  hostname: ['request.host', 'RequestHost', 'RequestAddr', 'http_host', 'host', 'server_name', 'vhost'],
  status: ['status', 'DownstreamStatus', 'status_code', 'response'],
  bytes: ['size', 'DownstreamContentSize', 'body_bytes_sent', 'bytes_sent', 'bytes'],
  referrer: ['request.headers.Referer', 'request_Referer', 'http_referer', 'http_referrer', 'referer', 'referrer'],
  user_agent: ['request.headers.User-Agent', 'request_User-Agent', 'http_user_agent', 'user_agent', 'agent'],
} as const;

type FieldName = keyof typeof USUAL_NAMES;

/** The names on the left of `--json-fields`. */
export const jsonFieldNames = Object.keys(USUAL_NAMES) as readonly string[];

export const jsonLines: LogFormat = {
  names: ['json', 'caddy', 'traefik', 'nginx'],
  createParser: (jsonFields) => (line) => {
    const entry = parseObject(line.text);
    if (entry === null) return null;
    return toRecord(createReader(entry, jsonFields)) ?? (isOwnMessage(entry) ? 'comment' : null);
  },
};

function parseObject(text: string): Record<string, unknown> | null {
  if (!text.trimStart().startsWith('{')) return null;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** The server's own messages have a level and a message, but no request. */
function isOwnMessage(entry: Record<string, unknown>): boolean {
  return typeof entry.level === 'string' && typeof entry.msg === 'string' && entry.request === undefined;
}

type Reader = (name: FieldName) => unknown;

function createReader(entry: Record<string, unknown>, jsonFields: JsonFields): Reader {
  return (name) => {
    const names = jsonFields[name] === undefined ? USUAL_NAMES[name] : [jsonFields[name]];
    for (const path of names) {
      const value = valueAt(entry, path);
      if (typeof value === 'number' || (typeof value === 'string' && value !== '' && value !== '-')) return value;
    }
    return undefined;
  };
}

/** Prefers a field whose name contains the dots. For a list, such as a header, returns the first value. */
function valueAt(entry: Record<string, unknown>, path: string): unknown {
  let value: unknown = Object.hasOwn(entry, path) ? entry[path] : entry;
  if (value === entry) {
    for (const key of path.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
      value = (value as Record<string, unknown>)[key];
    }
  }
  return Array.isArray(value) ? value[0] : value;
}

function toRecord(read: Reader): LogRecord | null {
  const timestamp = parseTime(read('time'));
  const request = requestOf(read);
  const status = Number(read('status') ?? Number.NaN);
  if (timestamp === null || request === null || !Number.isInteger(status)) return null;
  const bytes = Number(read('bytes') ?? Number.NaN);
  return {
    ...request,
    client: normalizeClient(textOf(read('client'))),
    hostname: normalizeHost(textOf(read('hostname'))) ?? request.hostname,
    timestamp,
    status,
    bytes: Number.isSafeInteger(bytes) ? bytes : null,
    referrer: textOf(read('referrer')) || null,
    userAgent: textOf(read('user_agent')) || null,
  };
}

function requestOf(read: Reader): ParsedRequest | null {
  const [target, query] = [read('target'), read('query')];
  if (typeof target === 'string') {
    const whole = typeof query === 'string' && !target.includes('?') ? `${target}?${query}` : target;
    return { method: textOf(read('method')) || null, ...parseTarget(whole) };
  }
  const line = read('request');
  return typeof line === 'string' ? parseRequest(line) : null;
}

function textOf(value: unknown): string {
  return value === undefined ? '' : String(value);
}
