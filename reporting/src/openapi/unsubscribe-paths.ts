/** The link in a mail as paths of the document: pages for people, who have no key. */
import { ref, text } from './json-schema.js';
import { parameter } from './operation.js';

const inPath = (name: string, description: string) => ({ name, in: 'path', required: true, description, schema: text });

const page = (id: string, summary: string, description: string) => ({
  operationId: id,
  summary,
  description,
  tags: ['Reports'],
  security: [{}],
  responses: {
    200: { description: 'A page.', content: { 'text/html': { schema: text } } },
    403: {
      description: 'The link is not one of ours, was cut or is too old.',
      content: { 'application/json': { schema: ref('Error') } },
    },
    default: {
      description: 'Something went wrong on our side.',
      content: { 'application/json': { schema: ref('Error') } },
    },
  },
});

export const unsubscribePaths = {
  '/api/v1/report-templates/{id}/unsubscribe/{recipient}': {
    parameters: [
      inPath('id', 'The template.'),
      inPath('recipient', 'The address, in lower case.'),
      parameter('expires', text, 'When the link ends, in seconds since 1970.', true),
      parameter('signature', text, 'Of the link.', true),
    ],
    get: page('askToUnsubscribe', 'Ask whether the mails of a report shall end', 'Changes nothing.'),
    post: page(
      'unsubscribe',
      'End the mails of a report to one recipient',
      'Takes any body or none, as mail programs send it (RFC 8058).',
    ),
  },
};
