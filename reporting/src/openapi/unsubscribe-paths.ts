/** These are web pages for recipients, who have no key. */
import { ref, text } from '@millrace/shared/openapi/json-schema';
import { parameter } from '@millrace/shared/openapi/operation';

const inPath = (name: string, description: string) => ({ name, in: 'path', required: true, description, schema: text });

const page = (id: string, summary: string, description: string) => ({
  operationId: id,
  summary,
  description,
  tags: ['Reports'],
  security: [{}],
  responses: {
    200: { description: 'An HTML page.', content: { 'text/html': { schema: text } } },
    403: {
      description: 'The link is invalid, incomplete or expired.',
      content: { 'application/json': { schema: ref('Error') } },
    },
    default: {
      description: 'Internal error.',
      content: { 'application/json': { schema: ref('Error') } },
    },
  },
});

export const unsubscribePaths = {
  '/api/v1/report-templates/{id}/unsubscribe/{recipient}': {
    parameters: [
      inPath('id', 'The template.'),
      inPath('recipient', 'The email address, in lower case.'),
      parameter('expires', text, 'When the link expires, in seconds since 1970.', true),
      parameter('signature', text, 'Signature of the link.', true),
    ],
    get: page('askToUnsubscribe', 'Ask for confirmation before unsubscribing', 'Changes nothing.'),
    post: page(
      'unsubscribe',
      'Unsubscribe an address from a report',
      'Accepts any body or none, as mail clients send it (RFC 8058).',
    ),
  },
};
