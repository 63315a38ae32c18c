/** What every route that sends a kept file answers, for the document. */
import { ref } from './json-schema.js';
import { securityOf } from './operation.js';

export const refused = (description: string) => ({
  description,
  content: { 'application/json': { schema: ref('Error') } },
});

export const file = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

interface Download {
  operationId: string;
  tag: string;
  summary: string;
  description: string;
  /** Of a file that never was, is not written yet, and is kept no longer. */
  missing: { notFound: string; unwritten?: string; gone: string };
}

export const download = ({ operationId, tag, summary, description, missing }: Download) => ({
  operationId,
  summary,
  description,
  tags: [tag],
  security: securityOf('read'),
  responses: {
    200: { description: 'The file.', content: file },
    206: { description: 'The part that was asked for.', content: file },
    304: { description: 'The client has it already.' },
    401: refused('With `READ_AUTH=key`: there is neither a key nor a signature.'),
    403: refused('The signature is wrong, or its time is over.'),
    404: refused(missing.notFound),
    409: refused(missing.unwritten ?? 'It is not written yet, or has failed.'),
    410: refused(missing.gone),
    416: refused('The file has no such part.'),
    default: refused('Something went wrong on our side.'),
  },
});
