/** The scripts for pages. */
import { text } from '@millrace/shared/openapi/json-schema';
import { content, errorResponse, pathParameter } from '@millrace/shared/openapi/operation';
import type { scripts } from '../page-scripts.js';

const names: Record<keyof typeof scripts, { id: string; summary: string }> = {
  m: { id: 'trackingScript', summary: 'The tracking script' },
  'millrace-vitals': { id: 'vitalsScript', summary: 'The script that also measures web vitals' },
};

const header = (description: string) => ({ description, schema: text });
const responses = {
  200: {
    description: 'The script.',
    headers: {
      'Content-Location': header('The name with the hash of this script, which never changes.'),
      'Cache-Control': header('An hour, or forever for the name with the current hash.'),
      ETag: header('Changes with the script.'),
    },
    content: content(text, 'text/javascript'),
  },
  304: { description: 'The client already has the script: its `ETag` matches `If-None-Match`.' },
};
const get = (operationId: string, summary: string, answers: object) => ({
  get: { operationId, summary, tags: ['Scripts'], security: [{}], responses: answers },
});

const hash = {
  ...pathParameter('hash', { type: 'string', pattern: '^[0-9a-f]{12}$' }, 'The hash, or that of an earlier release.'),
  example: '0123456789ab',
};

export const scriptPaths = Object.fromEntries(
  Object.entries(names).flatMap(([name, { id, summary }]) => [
    [`/${name}.js`, get(id, summary, responses)],
    [
      `/${name}.{hash}.js`,
      {
        parameters: [hash],
        ...get(`${id}ByHash`, `${summary}, by its hash`, {
          ...responses,
          404: errorResponse('The name contains no valid hash.'),
        }),
      },
    ],
  ]),
);
