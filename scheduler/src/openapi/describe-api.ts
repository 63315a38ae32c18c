import { documentHead, license, type OpenApiDocument } from '@millrace/shared/openapi/operation';
import { errorSchema, servicePaths, serviceSchemas, serviceTag } from '@millrace/shared/openapi/service-paths';
import { version } from '@millrace/shared/platform/version';
import { adminPaths, adminSchemas } from './admin-document.js';
import { alertsPaths } from './alerts-paths.js';
import { alertsSchemas } from './alerts-schemas.js';
import { auditPaths, auditSchemas } from './audit-document.js';
import { deadLettersPaths } from './dead-letters-paths.js';
import { deadLettersSchemas } from './dead-letters-schemas.js';
import { flowsPaths, flowsSchemas } from './flows-document.js';
import { jobTemplatesPaths } from './job-templates-paths.js';
import { jobTemplatesSchemas } from './job-templates-schemas.js';
import { queuesPaths } from './queues-paths.js';
import { queuesSchemas } from './queues-schemas.js';
import { schedulesPaths } from './schedules-paths.js';
import { schedulesSchemas } from './schedules-schemas.js';

const key = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A key with the scope `admin` for all sites. One that is limited to a site can only handle the dead letters of that site. `npm start` keeps such a key in `.millrace/admin-key`; `npm run keys -- create --name NAME --scope admin` creates another one.',
};

const session = {
  type: 'apiKey',
  in: 'cookie',
  name: 'millrace_session',
  description: 'The session of a browser that logged in at `/admin/login`. It only opens the pages under `/admin`.',
};

export const describeApi = (): OpenApiDocument => ({
  ...documentHead,
  info: {
    title: 'Millrace scheduler',
    version,
    license,
    description:
      'Queues and their jobs, schedules, dead letters and alerts, for administrators. Responses are `{"success":true,"data":...}`. Errors always have the same shape, with a stable code. Every change is written to the audit log first.',
  },
  tags: [
    { name: 'Queues', description: 'Look at queues and their jobs, and add, retry and remove jobs.' },
    { name: 'Schedules', description: 'Jobs that are added at the times of a cron expression.' },
    { name: 'Job templates', description: 'Named jobs with placeholders in their data.' },
    { name: 'Flows', description: 'Trees of jobs, each of which runs when its children are done.' },
    { name: 'Dead letters', description: 'Events that could not be stored, with the reason.' },
    { name: 'Alerts', description: 'Messages about queues, dead letters and sites without events.' },
    { name: 'Audit log', description: 'Who changed what, and when.' },
    {
      name: 'Admin pages',
      description: 'For a browser. `/admin/queues` is Bull Board, whose own requests are not described here.',
    },
    serviceTag,
  ],
  paths: {
    ...queuesPaths,
    ...schedulesPaths,
    ...jobTemplatesPaths,
    ...flowsPaths,
    ...deadLettersPaths,
    ...alertsPaths,
    ...auditPaths,
    ...adminPaths,
    ...servicePaths,
  },
  components: {
    schemas: {
      ...queuesSchemas,
      ...schedulesSchemas,
      ...jobTemplatesSchemas,
      ...flowsSchemas,
      ...deadLettersSchemas,
      ...alertsSchemas,
      ...auditSchemas,
      ...adminSchemas,
      ...serviceSchemas,
      Error: errorSchema({ success: { const: false } }),
    },
    securitySchemes: { key, session },
  },
});
