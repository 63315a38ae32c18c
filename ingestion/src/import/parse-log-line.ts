/** Turns one line of Common or Combined Log Format into a log record, or into null when it is in neither format. */
import { parseInstant } from '@millrace/shared/instant';
import { unescapeField } from './unescape-field.js';

export interface LogRecord {
  client: string;
  /** ISO 8601 with the zone that the line names. */
  timestamp: string;
  /** Null when the request line has no method, as with `-` or binary garbage. */
  method: string | null;
  /** Without query; empty when the request line is malformed. */
  path: string;
  status: number;
  bytes: number;
  referrer: string | null;
  userAgent: string | null;
}

/** The inside of a quoted field: anything but a quote, where a backslash takes the next character with it. */
const QUOTED = String.raw`[^"\\]*(?:\\.[^"\\]*)*`;

/** Written so that no two parts can match the same text: time stays linear in the line's length, whatever the line. */
const LINE = new RegExp(
  String.raw`^(\S+) (?:\S+ \S+|- [^"]+?) ` + // client, ident, user; a user name may hold spaces
    String.raw`\[(\d\d)/([A-Z][a-z][a-z])/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\] ` +
    String.raw`"(${QUOTED})" (\d{3}) (\d{1,15}|-)` +
    String.raw`(?: "(${QUOTED})" "(${QUOTED})"(?: (?:"${QUOTED}"|[^\s"]+))*)? *$`, // further fields, as nginx adds, are ignored
  's',
);
const REQUEST = /^([A-Za-z][A-Za-z_-]*) (.*?)(?: HTTP\/\d(?:\.\d)?)?$/s;
const ORIGIN = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Reads one line, given without its line end. Fields come back unescaped, `-` as null or, for bytes, as 0. */
export function parseLogLine(line: string): LogRecord | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const timestamp = isoTimestamp(match);
  if (timestamp === null) return null;
  const request = REQUEST.exec(unescapeField(match[11]!));
  return {
    client: match[1]!,
    timestamp,
    method: request === null ? null : request[1]!,
    path: request === null ? '' : pathOf(request[2]!),
    status: Number(match[12]),
    bytes: match[13] === '-' ? 0 : Number(match[13]),
    referrer: optionalField(match[14]),
    userAgent: optionalField(match[15]),
  };
}

function optionalField(field: string | undefined): string | null {
  return field === undefined || field === '' || field === '-' ? null : unescapeField(field);
}

function pathOf(target: string): string {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  if (path.startsWith('/')) return path;
  const origin = ORIGIN.exec(path);
  return origin === null ? path : path.slice(origin[0].length) || '/';
}

function isoTimestamp(match: RegExpExecArray): string | null {
  const [, , day, monthName, year, hour, minute, second, sign, zoneHours, zoneMinutes] = match as string[];
  const month = String(MONTHS.indexOf(monthName!) + 1).padStart(2, '0');
  // A leap second has no place in ISO 8601 as databases read it: it counts as the second before.
  const seconds = second === '60' ? '59' : second;
  const timestamp = `${year}-${month}-${day}T${hour}:${minute}:${seconds}${sign}${zoneHours}:${zoneMinutes}`;
  return parseInstant(timestamp) === undefined ? null : timestamp;
}
