/** Turns everything that the reporting service takes and answers into an OpenAPI 3.1 document. */
import { version } from '@millrace/shared/platform/version';
import { accountingPaths, accountingSchemas } from './accounting-paths.js';
import { annotationsPaths, annotationsSchemas } from './annotations-document.js';
import { answerSchemas } from './answer-schemas.js';
import { apiPaths } from './api-paths.js';
import { batchPaths, batchSchemas } from './batch-document.js';
import { behaviourSchemas } from './behaviour-schemas.js';
import { cachePaths } from './cache-paths.js';
import { cacheSchemas } from './cache-schemas.js';
import { datasetsPaths } from './datasets-paths.js';
import { datasetsSchemas } from './datasets-schemas.js';
import { exportsPaths } from './exports-paths.js';
import { exportsSchemas } from './exports-schemas.js';
import { goalsPaths, goalsSchemas } from './goals-document.js';
import type { JsonSchema } from './json-schema.js';
import { livePaths, liveSchemas } from './live-paths.js';
import { overviewPaths, overviewSchemas } from './overview-document.js';
import { pageSettingsPaths, pageSettingsSchemas } from './page-settings-document.js';
import { reportsPaths } from './reports-paths.js';
import { reportsSchemas } from './reports-schemas.js';
import { requestSchemas } from './request-schemas.js';
import { savedViewsPaths, savedViewsSchemas } from './saved-views-document.js';
import { servicePaths, serviceSchemas } from './service-paths.js';
import { sharingPaths } from './sharing-paths.js';
import { sharingSchemas } from './sharing-schemas.js';
import { unsubscribePaths } from './unsubscribe-paths.js';

export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, object> };
}

const key = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A key with the scope `read`, or `admin` for what changes or erases sites. None is needed with `READ_AUTH=open`, where whoever reaches the port may do all of this.',
};

const session = {
  type: 'apiKey',
  in: 'cookie',
  name: 'millrace_reading',
  description:
    'The session of a browser that logged in with a key (`POST /api/v1/session`). A change with it is taken from pages of this service only.',
};

export const describeApi = (): OpenApiDocument => ({
  openapi: '3.1.1',
  info: {
    title: 'Millrace reporting',
    version,
    description: 'Exact answers about events, at once. Errors have one shape, with a code to rely on.',
  },
  tags: [
    { name: 'Questions', description: 'What happened on a site.' },
    { name: 'Datasets', description: 'Tables of rows, to page through and to export.' },
    { name: 'Kept answers', description: 'For administrators; answers are right without them.' },
    { name: 'Sites', description: 'Their names, time zones and sizes.' },
    {
      name: 'Kept for a site',
      description: 'Goals, annotations and saved views: what people see on the pages of a site.',
    },
    { name: 'Live', description: 'What happens right now, as server-sent events.' },
    { name: 'Exports', description: 'Files of datasets.' },
    { name: 'Reports', description: 'What is written and sent by a schedule.' },
    { name: 'Sharing', description: 'Browsers that log in, and links for people without a key.' },
    { name: 'Service', description: 'For those who run it.' },
  ],
  paths: {
    ...apiPaths,
    ...batchPaths,
    ...overviewPaths,
    ...goalsPaths,
    ...annotationsPaths,
    ...savedViewsPaths,
    ...datasetsPaths,
    ...cachePaths,
    ...livePaths,
    ...accountingPaths,
    ...exportsPaths,
    ...reportsPaths,
    ...pageSettingsPaths,
    ...unsubscribePaths,
    ...sharingPaths,
    ...servicePaths,
  },
  components: {
    schemas: {
      ...requestSchemas(),
      ...batchSchemas(requestSchemas().Query!),
      ...answerSchemas,
      ...behaviourSchemas(),
      ...overviewSchemas,
      ...goalsSchemas,
      ...annotationsSchemas,
      ...savedViewsSchemas({ ...requestSchemas(), ...behaviourSchemas() }),
      ...datasetsSchemas,
      ...cacheSchemas,
      ...liveSchemas,
      ...accountingSchemas,
      ...exportsSchemas,
      ...reportsSchemas,
      ...sharingSchemas,
      ...serviceSchemas,
      ...pageSettingsSchemas,
    },
    securitySchemes: { key, session },
  },
});
