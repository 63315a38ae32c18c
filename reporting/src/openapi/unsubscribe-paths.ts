/** These are web pages for recipients, who have no key. */
import { text } from '@millrace/shared/openapi/json-schema';
import { errorResponse, parameter } from '@millrace/shared/openapi/operation';
import { databaseUnreachable, notDecodable, tooManyRequests } from './operation.js';

const inPath = (name: string, description: string) => ({ name, in: 'path', required: true, description, schema: text });

const page = (id: string, summary: string, description: string) => ({
  operationId: id,
  summary,
  description,
  tags: ['Reports'],
  security: [{}],
  responses: {
    200: { description: 'An HTML page.', content: { 'text/html': { schema: text } } },
    403: errorResponse('The link is invalid, incomplete or expired.'),
    404: errorResponse(notDecodable),
    429: tooManyRequests,
    503: databaseUnreachable,
    default: errorResponse('Internal error.'),
  },
});

export const unsubscribePaths = {
  '/api/v1/report-templates/{id}/unsubscribe/{recipient}': {
    parameters: [
      inPath('id', 'The template.'),
      inPath('recipient', 'The email address, in lower case.'),
      {
        ...parameter('expires', text, 'When the link expires, in seconds since 1970.', true),
        example: '1893456000',
      },
      { ...parameter('signature', text, 'Signature of the link.', true), example: 'copy-it-from-a-mail' },
    ],
    get: page('askToUnsubscribe', 'Ask for confirmation before unsubscribing', 'Changes nothing.'),
    post: page(
      'unsubscribe',
      'Unsubscribe an address from a report',
      'Accepts any body or none, as mail clients send it (RFC 8058).',
    ),
  },
};
