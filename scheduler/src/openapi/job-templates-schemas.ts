import {
  instant,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  record,
  ref,
  text,
  textOrNull,
  withProperties,
} from '@millrace/shared/openapi/json-schema';
import { newTemplateSchema, templateUseSchema } from '../job-templates/template-requests.js';
import { changeOf, responseSchemas } from './operation.js';
import { addedJob, jobData, jobOptions } from './queues-schemas.js';

const newTemplate = withProperties(jsonSchemaOf(newTemplateSchema), {
  id: { description: 'Default: a UUID. It cannot be changed later.' },
  job: { description: 'One of the jobs of the queue: see `POST /api/v1/queues/{name}/jobs`.' },
  data: {
    ...jobData,
    description:
      'The fields that the job takes. Any text may be or contain placeholders such as `{{yesterday}}`, `{{site_id}}` or one with a name of your own.',
  },
  params: { ...jobData, description: 'Default values of your own placeholders.' },
  options: jobOptions,
});
const { id: _id, ...changeable } = newTemplate.properties;

const use = jsonSchemaOf(templateUseSchema);
const templateUse = withProperties(
  { ...use, properties: { ...use.properties, at: instant } },
  {
    params: { ...jobData, description: 'Values for your own placeholders.' },
    site_id: { description: 'The site for `{{site_id}}`. Required if the template has this placeholder.' },
    at: { description: 'The time for `{{date}}` and the like, between 2000 and 2199. Default: now.' },
    timezone: { description: 'The time zone of days and months: an IANA time zone such as Europe/Berlin.' },
    options: { ...jobOptions, description: `${jobOptions.description} They take precedence over the template's.` },
  },
);

const template = record({
  ...{ id: text, name: text, description: textOrNull, queue: text, job: text, data: jobData, params: jobData },
  options: newTemplate.properties.options!,
  placeholders: listOf(text, { description: 'The names of all placeholders in `data`.' }),
  created_at: instant,
  updated_at: instant,
});

export const jobTemplatesSchemas: Record<string, JsonSchema> = {
  NewJobTemplate: {
    ...newTemplate,
    examples: [
      {
        id: 'export-yesterday',
        name: 'Payments of yesterday',
        queue: 'data-export',
        job: 'EXPORT_DATA',
        data: {
          site_id: '{{site_id}}',
          dataType: 'TRANSACTIONS',
          format: 'CSV',
          startDate: '{{yesterday}}',
          endDate: '{{yesterday}}',
        },
      },
    ],
  },
  JobTemplateChange: { ...changeOf(changeable), examples: [{ name: 'Payments of the day before' }] },
  JobTemplateUse: {
    ...templateUse,
    examples: [{ site_id: 'demo' }, { site_id: 'demo', at: '2026-01-31T12:00:00Z', timezone: 'Europe/Berlin' }],
  },
  JobTemplate: template,
  ...responseSchemas({
    JobTemplate: ref('JobTemplate'),
    JobTemplates: listOf(ref('JobTemplate'), { description: 'By name.' }),
    JobTemplateId: record({ id: text }),
    FilledJob: record({ ...addedJob, data: { ...jobData, description: 'The data as filled in.' } }),
  }),
};
