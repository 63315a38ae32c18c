/** Which browsers may send events and read the answer: pages of every origin, with or without credentials (CORS). */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Header values that may be sent back as they came; Node would throw at others. */
const printable = /^[\x20-\x7e]{1,2000}$/;

const named = (value: string | undefined, otherwise: string) =>
  value !== undefined && printable.test(value) ? value : otherwise;

/**
 * For every answer, refusals too. The origin is named instead of `*` because browsers refuse `*` where credentials are
 * included, as `navigator.sendBeacon` always does. No cookie of ours exists that a foreign page could borrow.
 */
export function originHeaders({ origin }: IncomingHttpHeaders): OutgoingHttpHeaders {
  if (origin === undefined) return { 'access-control-allow-origin': '*', vary: 'Origin' };
  return {
    'access-control-allow-origin': named(origin, '*'),
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'retry-after',
    vary: 'Origin',
  };
}

/**
 * For the answer to a preflight: whatever headers the page asked for, since tracing libraries add theirs (`traceparent`), and
 * hosts in private networks, where Millrace often lives.
 */
export function preflightHeaders(headers: IncomingHttpHeaders, methods: string): OutgoingHttpHeaders {
  const asked = headers['access-control-request-headers'] as string | undefined;
  return {
    ...originHeaders(headers),
    'access-control-allow-methods': methods,
    'access-control-allow-headers': named(asked, 'content-type, content-encoding, authorization'),
    'access-control-max-age': '86400',
    ...(headers['access-control-request-private-network'] === 'true' && {
      'access-control-allow-private-network': 'true',
    }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Private-Network',
  };
}
