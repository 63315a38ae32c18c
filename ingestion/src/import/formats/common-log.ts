/** Common and Combined Log Format, optionally with a virtual host in front and further fields at the end. */
import { normalizeAddress } from '@millrace/shared/access/normalize-address';
import { normalizeClient, normalizeHost } from '../client-address.js';
import { parseRequest } from '../parse-request.js';
import { fromLogTime, LOG_TIME } from '../parse-time.js';
import { unescapeField } from '../unescape-field.js';
import type { LogFormat, LogRecord, RawLine } from './log-record.js';

/** The content of a quoted field, in which a backslash escapes the next character. */
const QUOTED = String.raw`[^"\\]*(?:\\.[^"\\]*)*`;
const TIME = new RegExp(String.raw`\[${LOG_TIME}\] (?=")`);
/** No two parts can match the same text, so matching takes linear time for any line. */
const REQUEST_AND_STATUS = new RegExp(String.raw`"(${QUOTED})" (\d{3}) (\d{1,15}|-)(?= |$)`, 'ys');
const REFERRER_AND_AGENT = new RegExp(` "(${QUOTED})" "(${QUOTED})"(?= |$)`, 'ys');
const QUOTED_FIRST = new RegExp(`^"(${QUOTED})" (.*)$`, 's');
/** Prefixes of syslog, journald, Kubernetes and Docker Compose. */
const CARRIER =
  /^(?:(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ [^\s:]+: |\d{4}-\d\d-\d\dT\S+ std(?:out|err) [FP] |\S+ +\| )/;
const HOST_AND_ADDRESS = /^([^:[]+):(.+)$/;

export const commonLog: LogFormat = {
  names: ['combined', 'common'],
  createParser() {
    let hasSeenAgent = false;
    return (line) => {
      const record = parseCommonLog(line, hasSeenAgent);
      hasSeenAgent ||= record !== null && record.userAgent !== null;
      return record;
    };
  },
};

/** @param expectAgent whether an unfinished last line without a user agent counts as incomplete */
export function parseCommonLog({ text, ended }: RawLine, expectAgent = false): LogRecord | null {
  const time = TIME.exec(text);
  if (time === null) return null;
  const origin = parseOrigin(text.slice(0, time.index));
  const timestamp = fromLogTime(time as unknown as string[]);
  const request = matchAt(REQUEST_AND_STATUS, text, time.index + time[0].length);
  if (origin === null || timestamp === null || request === null) return null;
  const end = REQUEST_AND_STATUS.lastIndex;
  const agent = matchAt(REFERRER_AND_AGENT, text, end);
  // A quote without complete referrer and user agent means that the line is incomplete.
  if (agent === null && text.startsWith(' "', end)) return null;
  if (!ended && isTruncated(text, agent !== null, expectAgent)) return null;
  const parsed = parseRequest(unescapeField(request[1]!));
  return {
    ...parsed,
    client: origin.client,
    hostname: origin.hostname ?? parsed.hostname,
    timestamp,
    status: Number(request[2]),
    bytes: request[3] === '-' ? 0 : Number(request[3]),
    referrer: optionalField(agent?.[1]),
    userAgent: optionalField(agent?.[2]),
  };
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

function isTruncated(text: string, hasAgent: boolean, expectAgent: boolean): boolean {
  if (expectAgent && !hasAgent) return true;
  const quotes = text.replace(/\\./gs, '').split('"').length - 1;
  return quotes % 2 === 1;
}

function optionalField(field: string | undefined): string | null {
  return field === undefined || field === '' || field === '-' ? null : unescapeField(field);
}

/**
 * Parses the part before the time: client, ident and user. The client may be a list as in `X-Forwarded-For`, or
 * `host client`, `host:port client` or `host:client`.
 */
function parseOrigin(prefix: string): { client: string | null; hostname: string | null } | null {
  const [first, rest] = splitFirst(prefix.replace(CARRIER, '').trim());
  if (first === '') return null;
  const isAddress = normalizeAddress(first) !== null;
  if (!first.includes(',') && (!isAddress || /[^:]:\d{1,5}$/.test(first))) {
    const [second, more] = splitFirst(rest);
    // An address with a port is only a host if client, ident and user follow; otherwise it is the client, followed by ident.
    if (hasAddress(second) && (!isAddress || more.includes(' '))) {
      return { client: normalizeClient(second), hostname: normalizeHost(first) };
    }
    const [, host, address] = HOST_AND_ADDRESS.exec(isAddress ? '' : first) ?? [];
    if (address !== undefined && normalizeAddress(address) !== null) {
      return { client: normalizeAddress(address), hostname: normalizeHost(host!) };
    }
  }
  return { client: normalizeClient(first), hostname: null };
}

/** Splits off the first field, which may be quoted or a comma-separated list. */
function splitFirst(text: string): [string, string] {
  const quoted = QUOTED_FIRST.exec(text);
  if (quoted !== null) return [quoted[1]!, quoted[2]!];
  let end = text.indexOf(' ');
  while (end > 0 && text[end - 1] === ',') end = text.indexOf(' ', end + 1);
  return end === -1 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)];
}

function hasAddress(field: string): boolean {
  return field.split(',').some((entry) => normalizeAddress(entry.trim()) !== null);
}
