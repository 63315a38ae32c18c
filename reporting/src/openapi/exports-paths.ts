/** The routes of exports as paths of the document. */
import { pageSchema } from '../exports/parse-export.js';
import { download, file, refused } from './file-download.js';
import { jsonSchemaOf, text } from './json-schema.js';
import { operation, parameter, securityOf } from './operation.js';

const tag = 'Exports';
const page = jsonSchemaOf(pageSchema).properties;
const id = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The id of an export, a UUID.',
  schema: text,
};
const stored = [404, 429, 503];

const pageParameters = [
  parameter('site_id', page.site_id!, 'Of this site only.'),
  parameter('status', page.status!, 'With this status only.'),
  parameter('page_size', page.page_size!, 'Exports at most.'),
  parameter('after', text, 'What the page before said as next.'),
];

const downloadExport = download({
  operationId: 'downloadExport',
  tag,
  summary: 'Download the file of an export',
  description:
    'Whole, or in parts by `Range`. Its entity tag is its SHA-256, so that a part is never joined to one of another file (`If-Range`). Needs a key, or the signature of a link.',
  missing: {
    notFound: 'There is no such export.',
    unwritten: 'It is not written yet, or has failed; `details.status` says which.',
    gone: 'The file is not kept any more.',
  },
});

const streamed = {
  operationId: 'streamDataset',
  summary: 'Send a dataset as a file while it is read',
  description:
    'Takes the parameters of `/api/v1/datasets/{id}/rows` but those of pages, and `bom` and `includeMetadata`. The connection breaks when reading fails midway, so that no part is taken for the whole.',
  tags: [tag],
  security: securityOf('read'),
  responses: {
    200: { description: 'The file.', content: file },
    400: refused('A parameter is missing or breaks a rule; `details.field` names it.'),
    401: refused('With `READ_AUTH=key`: there is no key, or it is not known, revoked or expired.'),
    403: refused('The key is limited to another site.'),
    404: refused('There is no such site, dataset or format.'),
    429: refused(
      'Too many files are being sent, or this key (without keys: this address) has half of the places already; `Retry-After` says when to ask again.',
    ),
    504: refused('The first rows took too long: make an export instead.'),
    default: refused('Something went wrong on our side.'),
  },
};

export const exportsPaths = {
  '/api/v1/exports': {
    post: operation({
      id: 'createExport',
      tag,
      summary: 'Ask for a file of a dataset',
      description:
        'A worker writes it; `Location` says where its progress can be followed. Refused with 409 when the files of the site take all the room that they may.',
      body: 'NewExport',
      status: 202,
      answer: 'Export',
      refusals: [400, 404, 408, 409, 413, 415, 429, 503],
    }),
    get: operation({
      id: 'listExports',
      tag,
      summary: 'List exports, the newest first',
      parameters: pageParameters,
      answer: 'Exports',
      refusals: [400, 429, 503],
    }),
  },
  '/api/v1/exports/{id}': {
    parameters: [id],
    get: operation({ id: 'showExport', tag, summary: 'How far an export is', answer: 'Export', refusals: stored }),
    delete: operation({
      id: 'deleteExport',
      tag,
      summary: 'Delete an export and its file; one that is being written is stopped',
      answer: 'DeletedExport',
      refusals: stored,
    }),
  },
  '/api/v1/exports/{id}/download': {
    parameters: [
      id,
      parameter('expires', text, 'Of a link: when it ends, in seconds since 1970.'),
      parameter('signature', text, 'Of a link.'),
    ],
    get: downloadExport,
  },
  '/api/v1/exports/{id}/link': {
    parameters: [id],
    post: operation({
      id: 'linkExport',
      tag,
      summary: 'Make a link to the file that works without a key',
      body: 'NewLink',
      bodyIsOptional: true,
      answer: 'Link',
      refusals: [...stored, 400, 408, 413, 415],
    }),
  },
  '/api/v1/datasets/{id}/export.{format}': {
    parameters: [
      { ...id, description: 'The id of a dataset.', schema: text },
      {
        name: 'format',
        in: 'path',
        required: true,
        description: 'Of the file.',
        schema: { enum: ['csv', 'json', 'ndjson', 'xlsx', 'parquet'] },
      },
    ],
    get: streamed,
  },
};
