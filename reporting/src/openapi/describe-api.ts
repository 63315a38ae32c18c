import { documentHead, license, type OpenApiDocument } from '@millrace/shared/openapi/operation';
import { errorSchema, servicePaths, serviceSchemas, serviceTag } from '@millrace/shared/openapi/service-paths';
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
import { definitionsPaths, definitionsSchemas } from './definitions-document.js';
import { addExamples } from './examples.js';
import { exportsPaths } from './exports-paths.js';
import { exportsSchemas } from './exports-schemas.js';
import { goalsPaths, goalsSchemas } from './goals-document.js';
import { livePaths, liveSchemas } from './live-paths.js';
import { overviewPaths, overviewSchemas } from './overview-document.js';
import { pageSettingsPaths, pageSettingsSchemas } from './page-settings-document.js';
import { reportsPaths } from './reports-paths.js';
import { reportsSchemas } from './reports-schemas.js';
import { requestSchemas } from './request-schemas.js';
import { savedViewsPaths, savedViewsSchemas } from './saved-views-document.js';
import { sharingPaths } from './sharing-paths.js';
import { sharingSchemas } from './sharing-schemas.js';
import { sitesPaths } from './sites-paths.js';
import { unsubscribePaths } from './unsubscribe-paths.js';

const key = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A key with the scope `read`, or `admin` for operations that change or erase data. With `READ_AUTH=open` no key is needed: anyone who can reach the port can do everything.',
};

const session = {
  type: 'apiKey',
  in: 'cookie',
  name: 'millrace_reading',
  description:
    'The session of a browser that logged in with a key (`POST /api/v1/session`). Changes are accepted only from pages of this service.',
};

export const describeApi = (): OpenApiDocument => ({
  ...documentHead,
  info: {
    title: 'Millrace reporting',
    version,
    license,
    description:
      'Queries, datasets, exports and reports over the stored events. All numbers are exact. Errors always have the same shape, with a stable code.',
  },
  tags: [
    { name: 'Queries', description: 'Metrics, funnels, retention and journeys of a site.' },
    { name: 'Datasets', description: 'Tables to page through or export.' },
    { name: 'Cache', description: 'For administrators. Results are correct without any of these.' },
    { name: 'Sites', description: 'Names, settings and sizes.' },
    { name: 'Site content', description: 'Goals, annotations and saved views, as shown on the dashboard.' },
    { name: 'Live', description: 'What is happening right now, as server-sent events.' },
    { name: 'Exports', description: 'Datasets as files.' },
    { name: 'Reports', description: 'Scheduled reports: templates, files and deliveries.' },
    { name: 'Sharing', description: 'Browser sessions, and links for people without a key.' },
    serviceTag,
  ],
  paths: addExamples({
    ...apiPaths,
    ...sitesPaths,
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
    ...definitionsPaths,
    ...servicePaths,
  }),
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
      ...definitionsSchemas,
      ...serviceSchemas,
      Error: errorSchema(),
      ...pageSettingsSchemas,
    },
    securitySchemes: { key, session },
  },
});
