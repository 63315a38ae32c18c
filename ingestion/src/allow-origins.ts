/** CORS: pages of every origin may send events and read the response, with or without credentials. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Header values that can be echoed; Node throws for others. */
const printable = /^[\x20-\x7e]{1,2000}$/;

const echoed = (value: string | undefined, fallback: string) =>
  value !== undefined && printable.test(value) ? value : fallback;

/**
 * For every response, including refusals. Echoes the origin because browsers refuse `*` for requests with credentials, which
 * `navigator.sendBeacon` always includes. This is safe: ingestion has no cookies that a foreign page could use.
 */
export function originHeaders({ origin }: IncomingHttpHeaders): OutgoingHttpHeaders {
  if (origin === undefined) return { 'access-control-allow-origin': '*', vary: 'Origin' };
  return {
    'access-control-allow-origin': echoed(origin, '*'),
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'retry-after',
    vary: 'Origin',
  };
}

/**
 * For preflight responses. Allows any headers, because tracing libraries add theirs (`traceparent`), and private networks, in which
 * Millrace often runs.
 */
export function preflightHeaders(headers: IncomingHttpHeaders, methods: string): OutgoingHttpHeaders {
  const requested = headers['access-control-request-headers'] as string | undefined;
  return {
    ...originHeaders(headers),
    'access-control-allow-methods': methods,
    'access-control-allow-headers': echoed(requested, 'content-type, content-encoding, authorization'),
    'access-control-max-age': '86400',
    ...(headers['access-control-request-private-network'] === 'true' && {
      'access-control-allow-private-network': 'true',
    }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Private-Network',
  };
}
