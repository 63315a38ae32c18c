/** What a request reveals about the visitor. Kept only during the request: address and user agent are never stored. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { addressOf, type TrustedProxies } from '@millrace/shared/access/rate-limit';
import { countryOfHeaders } from './enrich/header-country.js';
import type { ClientHints } from './enrich/read-hints.js';
import { hostnameOf } from './enrich/read-page.js';
import { remember } from './enrich/remember.js';

export interface Facts {
  address: string;
  userAgent: string;
  hints: ClientHints | undefined;
  /** The first entry of `Accept-Language`. */
  language?: string | undefined;
  /** Host of the page. */
  hostname?: string | undefined;
  /** From a trusted proxy, ISO 3166-1 alpha-2. */
  country?: string | undefined;
}

export type FindFacts = (req: IncomingMessage) => Facts | undefined;

/** Whether a page sent the request, so that address and user agent are those of a visitor. */
function isFromPage({ method, headers }: IncomingMessage): boolean {
  if (headers.origin !== undefined) return true;
  // Browsers and mail clients load images without an `Origin` header.
  return method === 'GET' && headers['user-agent']?.startsWith('Mozilla/') === true;
}

/** The origin of the page that sent the request; images only have a referrer. */
export function originOf({ origin, referer }: IncomingHttpHeaders): string | undefined {
  if (origin !== undefined && origin !== 'null') return origin;
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : undefined;
}

/** Empty if the origin has no host. */
const hostOfOrigin = remember(1_000, (origin) =>
  URL.canParse(origin) ? (hostnameOf(new URL(origin).hostname) ?? '') : '',
);

function hostOf(headers: IncomingHttpHeaders): string | undefined {
  const origin = originOf(headers);
  return origin === undefined ? undefined : hostOfOrigin(origin) || undefined;
}

const languageOf = (header = '') => /^\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3})(?![A-Za-z0-9-])/.exec(header)?.[1];

/** Returns undefined for requests of servers, whose address and user agent are not those of a visitor. */
export function createFindFacts(isTrusted: TrustedProxies, countryHeaders: string[]): FindFacts {
  return (req) => {
    if (!isFromPage(req)) return undefined;
    const { headers, socket } = req;
    const isProxied = isTrusted(addressOf(socket.remoteAddress, undefined, () => false));
    return {
      address: addressOf(socket.remoteAddress, headers['x-forwarded-for'], isTrusted),
      userAgent: headers['user-agent'] ?? '',
      hints: headers['sec-ch-ua-platform'] === undefined ? undefined : (headers as ClientHints),
      language: languageOf(headers['accept-language']),
      hostname: hostOf(headers),
      country: isProxied ? countryOfHeaders(headers, countryHeaders) : undefined,
    };
  };
}
