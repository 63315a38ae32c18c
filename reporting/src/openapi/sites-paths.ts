import { jsonSchemaOf } from '@millrace/shared/openapi/json-schema';
import { querySchema } from '../query-request/query-schema.js';
import { pageSchema } from '../sites/parse-site-request.js';
import { paging, readErrors } from './api-paths.js';
import { notDecodable, operation } from './operation.js';

const siteErrors = [404, 429, 503, 504];

export const siteInPath = {
  name: 'site_id',
  in: 'path',
  required: true,
  description: 'The site.',
  schema: jsonSchemaOf(querySchema).properties.site_id,
};

export const sitesPaths = {
  '/api/v1/sites': {
    get: operation({
      id: 'listSites',
      tag: 'Sites',
      summary: 'List sites, ordered by id',
      parameters: paging(jsonSchemaOf(pageSchema).properties),
      response: 'Sites',
      errors: readErrors,
    }),
  },
  '/api/v1/sites/{site_id}': {
    parameters: [siteInPath],
    get: operation({ id: 'showSite', tag: 'Sites', summary: 'Show a site', response: 'Site', errors: siteErrors }),
    patch: operation({
      id: 'changeSite',
      tag: 'Sites',
      summary: 'Change the settings of a site',
      scope: 'admin',
      description: 'Changing the time zone recomputes all days. Queries stay exact while that runs.',
      body: 'SiteChange',
      response: 'Site',
      errors: [...siteErrors, 400, 408, 409, 413, 415],
    }),
    put: operation({
      id: 'putSite',
      tag: 'Sites',
      summary: 'Create a site before its first event',
      scope: 'admin',
      description: 'Updates the site if it already exists. The body is optional.',
      body: 'NewSite',
      bodyIsOptional: true,
      response: 'Site',
      errors: [...readErrors, 404, 408, 409, 413, 415],
      errorDescriptions: { 404: notDecodable },
    }),
    delete: operation({
      id: 'deleteSite',
      tag: 'Sites',
      summary: 'Erase a site: events, rollups, visitors, dead letters and keys',
      scope: 'admin',
      description:
        'The processor does this within about a minute; large sites take longer. Events stored before it finishes are erased too. Events stored later create the site again, so revoke its keys or stop sending first.',
      status: 202,
      response: 'Erasing',
      errors: siteErrors,
    }),
  },
};
