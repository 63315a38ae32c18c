import { documentHead, license, type OpenApiDocument } from '@millrace/shared/openapi/operation';
import { errorSchema, servicePaths, serviceSchemas, serviceTag } from '@millrace/shared/openapi/service-paths';
import { version } from '@millrace/shared/platform/version';
import { eventsPaths, eventsSchemas } from './events-document.js';
import { withPreflights } from './preflights.js';
import { scriptPaths } from './script-paths.js';
import { segmentPaths, segmentSchemas } from './segment-document.js';
import { umamiPaths, umamiSchemas } from './umami-document.js';

const description = `Takes events and answers when they are durably queued.

- \`Content-Encoding\` is gzip, deflate or br. Bodies have at most 10 MB, also after decompression.
- Pages of every origin may send (CORS).
- Other methods get 405, with \`Allow\`.
- Errors always have the same shape, with a stable code.
- With \`INGEST_AUTH=open\` no key is needed: anyone who can reach the port can send events.`;

const key = {
  type: 'http',
  scheme: 'bearer',
  description: 'A key with the scope `write`.',
};

const keyInUrl = {
  type: 'apiKey',
  in: 'query',
  name: 'key',
  description:
    'For pages and images, which cannot send a header. URLs end up in logs, so the key must have the scope `write` alone and be limited to one site. A public key only works on pages of its origins.',
};

const writeKey = {
  type: 'http',
  scheme: 'basic',
  description:
    'The user name is a key with the scope `write`, limited to one site; the password is empty. With `INGEST_AUTH=open` it is the id of the site.',
};

export const describeApi = (): OpenApiDocument => ({
  ...documentHead,
  info: { title: 'Millrace ingestion', version, license, description },
  tags: [
    { name: 'Events', description: 'The formats of Millrace.' },
    { name: 'Segment and RudderStack', description: 'For their clients, which only need another address.' },
    { name: 'Umami', description: 'For the trackers of Umami, which only need another address.' },
    { name: 'Scripts', description: 'For the pages of a site.' },
    serviceTag,
    { name: 'Preflight', description: 'What browsers ask before they send a request to another origin.' },
  ],
  paths: withPreflights({ ...eventsPaths(), ...segmentPaths, ...umamiPaths, ...scriptPaths, ...servicePaths }),
  components: {
    schemas: {
      ...eventsSchemas(),
      ...segmentSchemas,
      ...umamiSchemas,
      ...serviceSchemas,
      Error: errorSchema(),
    },
    securitySchemes: { key, keyInUrl, writeKey },
  },
});
