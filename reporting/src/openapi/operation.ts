import type { Scope } from '@millrace/shared/access/keys';
import { createOperations, retryResponse } from '@millrace/shared/openapi/operation';

/** A key, or a browser session started with one. The empty alternative is for `READ_AUTH=open`. */
export const securityOf = (scope: Scope) => [{ key: [scope] }, { session: [] }, {}];

export const operation = createOperations({
  errorDescriptions: {
    400: 'A parameter or field is missing or invalid: see `details.field`.',
    401: 'With `READ_AUTH=key`: the key is missing, unknown, revoked or expired.',
    403: 'With `READ_AUTH=key`: the key lacks the required scope, or is limited to another site.',
    404: 'The site, or what the path names, does not exist.',
    408: 'The body arrived more slowly than 1 KB per second for 5 seconds.',
    409: 'The site is being erased.',
    413: 'The body is larger than 100 KB.',
    415: 'The body is not JSON in UTF-8.',
    429: 'Too many requests, or too many long queries are running.',
    503: 'The database is unreachable.',
    504: 'The query took too long and was stopped.',
  },
  securityOf,
  scope: 'read',
});

/** Description of a 404 where any name is accepted. */
export const notDecodable = 'The path cannot be decoded: it contains a `%` that is not part of valid percent-encoding.';
/** For operations that read no key, or only the database. */
export const tooManyRequests = retryResponse('Too many requests from this IP address or with this key.');
export const databaseUnreachable = retryResponse('The database is unreachable.');
