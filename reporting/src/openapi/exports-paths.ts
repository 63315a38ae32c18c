import { jsonSchemaOf, type ObjectSchema, text } from '@millrace/shared/openapi/json-schema';
import { errorResponse, parameter, retryResponse } from '@millrace/shared/openapi/operation';
import { pageSchema } from '../exports/parse-export.js';
import { datasetId, rowParameters } from './datasets-paths.js';
import { exportsSchemas } from './exports-schemas.js';
import { download, file } from './file-download.js';
import { databaseUnreachable, operation, securityOf } from './operation.js';

const tag = 'Exports';
const newExport = (exportsSchemas.NewExport as ObjectSchema).properties;
const page = jsonSchemaOf(pageSchema).properties;
const id = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The id of an export, a UUID.',
  schema: text,
};
const readErrors = [404, 429, 503];

const pageParameters = [
  parameter('site_id', page.site_id!, 'Only exports of this site.'),
  parameter('status', page.status!, 'Only exports with this status.'),
  parameter('page_size', page.page_size!, 'Maximum number of exports per page.'),
  parameter('after', text, '`next` from the previous page.'),
];

const downloadExport = download({
  operationId: 'downloadExport',
  tag,
  summary: 'Download the file of an export',
  description:
    'Supports `Range`. The ETag is the SHA-256 of the file, so with `If-Range` a client never joins parts of different files. Takes a key, or the signature of a link.',
  missingDescriptions: {
    notFound: 'There is no such export.',
    unwritten: 'The file is not ready yet, or the export failed: see `details.status`.',
    gone: 'The file has expired.',
  },
});

const streamDataset = {
  operationId: 'streamDataset',
  summary: 'Stream a dataset as a file',
  description: 'If reading fails midway the connection is dropped, so a partial file never looks complete.',
  tags: [tag],
  security: securityOf('read'),
  parameters: [
    ...rowParameters.filter(({ name }) => name !== 'page_size' && name !== 'after'),
    parameter('bom', { type: 'boolean' }, newExport.bom!.description as string),
    parameter('includeMetadata', { type: 'boolean' }, newExport.includeMetadata!.description as string),
  ],
  responses: {
    200: { description: 'The file.', content: file },
    400: errorResponse('A parameter is missing or invalid: see `details.field`.'),
    401: errorResponse('With `READ_AUTH=key`: the key is missing, unknown, revoked or expired.'),
    403: errorResponse('The key is limited to another site.'),
    404: errorResponse('The site, dataset or format does not exist.'),
    429: retryResponse(
      'Too many requests, too many files are being streamed, or this key (without keys: this IP address) already uses half of the slots.',
    ),
    503: databaseUnreachable,
    504: errorResponse('The first rows took too long. Create an export instead.'),
    default: errorResponse('Internal error.'),
  },
};

export const exportsPaths = {
  '/api/v1/exports': {
    post: operation({
      id: 'createExport',
      tag,
      summary: 'Export a dataset to a file',
      description:
        "A worker writes the file; `Location` is where to follow its progress. Returns 409 if the site's files already use all the space they are allowed.",
      body: 'NewExport',
      status: 202,
      response: 'Export',
      errors: [400, 404, 408, 409, 413, 415, 429, 503],
    }),
    get: operation({
      id: 'listExports',
      tag,
      summary: 'List exports, newest first',
      parameters: pageParameters,
      response: 'Exports',
      errors: [400, 429, 503],
    }),
  },
  '/api/v1/exports/{id}': {
    parameters: [id],
    get: operation({
      id: 'showExport',
      tag,
      summary: 'Show the status and progress of an export',
      response: 'Export',
      errors: readErrors,
    }),
    delete: operation({
      id: 'deleteExport',
      tag,
      summary: 'Delete an export and its file, stopping it if it is running',
      response: 'DeletedExport',
      errors: readErrors,
    }),
  },
  '/api/v1/exports/{id}/download': {
    parameters: [
      id,
      parameter('expires', text, 'From a link: when it expires, in seconds since 1970.'),
      parameter('signature', text, 'From a link.'),
    ],
    get: downloadExport,
  },
  '/api/v1/exports/{id}/link': {
    parameters: [id],
    post: operation({
      id: 'linkExport',
      tag,
      summary: 'Create a link that downloads the file without a key',
      body: 'NewLink',
      bodyIsOptional: true,
      response: 'Link',
      errors: [...readErrors, 400, 408, 413, 415],
    }),
  },
  '/api/v1/datasets/{id}/export.{format}': {
    parameters: [
      datasetId,
      {
        name: 'format',
        in: 'path',
        required: true,
        description: 'The format of the file.',
        schema: { enum: ['csv', 'json', 'ndjson', 'xlsx', 'parquet'] },
      },
    ],
    get: streamDataset,
  },
};
