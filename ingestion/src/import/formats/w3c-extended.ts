/** W3C Extended Log File Format with `#Fields` (w3.org/TR/WD-logfile), as written by IIS, and by CloudFront with tabs. */
import { normalizeClient, normalizeHost } from '../client-address.js';
import { parseTarget } from '../parse-request.js';
import { parseTime } from '../parse-time.js';
import type { LogFormat, LogRecord } from './log-record.js';

type Fields = Map<string, string>;

const TOKENS = /"(?:[^"]|"")*"|\S+/g;

export const w3cExtended: LogFormat = {
  names: ['w3c', 'iis', 'cloudfront'],
  createParser() {
    let names: string[] = [];
    let date: string | undefined;
    return ({ text }) => {
      if (text.startsWith('#')) {
        const [, directive, value = ''] = /^#([A-Za-z-]+):(.*)$/s.exec(text.trimEnd()) ?? [];
        if (directive === undefined) return null;
        if (directive === 'Fields') names = value.trimStart().toLowerCase().split(/\s+/);
        if (directive === 'Date') date = value.trimStart().slice(0, 10);
        return 'comment';
      }
      const tabbed = text.includes('\t');
      const values = tabbed ? text.split('\t') : (text.match(TOKENS) ?? []);
      // With fewer fields, the line is incomplete.
      if (names.length === 0 || values.length !== names.length) return null;
      const fields = new Map(names.map((name, index) => [name, plainValue(values[index]!)]));
      if (!fields.has('date') && date !== undefined) fields.set('date', date);
      return toRecord(fields, tabbed ? decoded : spaced);
    };
  },
};

function plainValue(value: string): string {
  if (value === '-') return '';
  return value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value;
}

function toRecord(fields: Fields, readText: (value: string) => string): LogRecord | null {
  const first = (...names: string[]) => names.map((name) => fields.get(name)).find((value) => value) ?? '';
  const timestamp = parseTime(`${first('date')}T${first('time')}Z`);
  const [stem, query, status] = [first('cs-uri-stem', 'cs-uri'), first('cs-uri-query'), first('sc-status')];
  if (timestamp === null || stem === '' || !/^\d{1,3}$/.test(status)) return null;
  const parsed = parseTarget(query === '' ? stem : `${stem}?${query}`);
  const bytes = first('sc-bytes', 'bytes');
  return {
    client: normalizeClient(first('c-ip', 'c-host', 'c-dns')),
    hostname: normalizeHost(first('x-host-header', 'cs-host', 'cs(host)')) ?? parsed.hostname,
    timestamp,
    method: first('cs-method') || null,
    target: parsed.target,
    status: Number(status),
    bytes: /^\d{1,15}$/.test(bytes) ? Number(bytes) : null,
    referrer: readText(first('cs(referer)', 'cs(referrer)')) || null,
    userAgent: readText(first('cs(user-agent)')) || null,
  };
}

/** IIS writes a space as `+`. */
function spaced(value: string): string {
  return value.includes(' ') ? value : value.replaceAll('+', ' ');
}

/** CloudFront percent-encodes values, in older logs twice. */
function decoded(value: string): string {
  try {
    const once = decodeURIComponent(value);
    return /%20/.test(once) ? decodeURIComponent(once) : once;
  } catch {
    return value;
  }
}
