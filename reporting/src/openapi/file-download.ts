import { errorResponse } from '@millrace/shared/openapi/operation';
import { databaseUnreachable, securityOf, tooManyRequests } from './operation.js';

export const file = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

interface Download {
  operationId: string;
  tag: string;
  summary: string;
  description: string;
  /** Descriptions of the 404, 409 and 410 responses. */
  missingDescriptions: { notFound: string; unwritten?: string; gone: string };
}

export const download = ({ operationId, tag, summary, description, missingDescriptions }: Download) => ({
  operationId,
  summary,
  description,
  tags: [tag],
  security: securityOf('read'),
  responses: {
    200: { description: 'The file.', content: file },
    206: { description: 'The requested range.', content: file },
    304: { description: 'The client already has the file.' },
    401: errorResponse('With `READ_AUTH=key`: there is neither a key nor a signature.'),
    403: errorResponse('The signature is invalid or has expired, or the key is limited to another site.'),
    404: errorResponse(missingDescriptions.notFound),
    409: errorResponse(missingDescriptions.unwritten ?? 'The file is not ready yet, or writing it failed.'),
    410: errorResponse(missingDescriptions.gone),
    416: errorResponse('The requested range is outside the file.'),
    429: tooManyRequests,
    503: databaseUnreachable,
    default: errorResponse('Internal error.'),
  },
});
