/** Access logs of AWS's load balancers, Application and Classic. Fields: docs.aws.amazon.com, "Access log entries". */
import { normalizeClient, normalizeHost } from '../client-address.js';
import { parseRequest } from '../parse-request.js';
import { parseTime } from '../parse-time.js';
import { unescapeField } from '../unescape-field.js';
import type { LogFormat, LogRecord, RawLine } from './log-record.js';

const QUOTED = String.raw`"([^"\\]*(?:\\.[^"\\]*)*)"`;
const ENTRY = new RegExp(
  String.raw`^(?:(?:https?|h2|grpcs|wss?) )?(\d{4}-\S+Z) \S+ (\S+) \S+ ` + // type, time, balancer, client:port, target:port
    String.raw`-?[\d.]+ -?[\d.]+ -?[\d.]+ (\d{3}|-) (?:\d{3}|-) \d+ (\d{1,15}) ` + // durations, statuses, bytes in and out
    `${QUOTED} ${QUOTED}` +
    String.raw`(?: \S+ \S+(?: \S+ ${QUOTED} ${QUOTED})?)?(?: |$)`, // cipher, protocol, target group, trace, domain
  's',
);

export const awsAlb: LogFormat = { names: ['alb', 'elb'], createParser: () => parseAlb };

function parseAlb({ text }: RawLine): LogRecord | null {
  const match = ENTRY.exec(text);
  const timestamp = parseTime(match?.[1]);
  if (match === null || timestamp === null) return null;
  const [, , client, status, bytes, request, agent, , domain] = match;
  const parsed = parseRequest(unescapeField(request!));
  return {
    ...parsed,
    client: normalizeClient(client!),
    hostname: parsed.hostname ?? normalizeHost(domain ?? ''),
    timestamp,
    status: status === '-' ? 0 : Number(status),
    bytes: Number(bytes),
    referrer: null,
    userAgent: agent === '-' || agent === '' ? null : unescapeField(agent!),
  };
}
