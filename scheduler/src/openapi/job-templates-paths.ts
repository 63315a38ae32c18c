import { bodyErrors, idParameter, operation, readErrors } from './operation.js';

const tag = 'Job templates';
const errorDescriptions = { 404: 'There is no such job template.' };
const about = { tag, errorDescriptions };
const lookErrors = [404, ...readErrors];

const templateId = idParameter(
  'The id of a job template. The example is the one that the example of `POST /api/v1/job-templates` creates.',
  'export-yesterday',
);

const templates = {
  get: operation({
    ...about,
    id: 'listJobTemplates',
    summary: 'List job templates',
    response: 'JobTemplatesResponse',
    errors: readErrors,
  }),
  post: operation({
    ...about,
    id: 'createJobTemplate',
    summary: 'Create a job template',
    description:
      'Refused if no data filled in could fulfil the contract of the job. `{{date}}`, `{{yesterday}}`, `{{month}}`, `{{previous_month}}` and `{{now}}` are filled in from the clock, `{{site_id}}` with the site, and any other name with a parameter. A text that is only a placeholder becomes the value itself, which may be a number or a list.',
    body: 'NewJobTemplate',
    status: 201,
    response: 'JobTemplateResponse',
    errors: [409, ...bodyErrors],
    errorDescriptions: { 409: 'A template with this id exists already.' },
  }),
};

const template = {
  parameters: [templateId],
  get: operation({
    ...about,
    id: 'showJobTemplate',
    summary: 'Show a job template',
    response: 'JobTemplateResponse',
    errors: lookErrors,
  }),
  patch: operation({
    ...about,
    id: 'changeJobTemplate',
    summary: 'Change a job template',
    description: 'Omitted fields stay as they are. Schedules use the changed template from their next slot.',
    body: 'JobTemplateChange',
    response: 'JobTemplateResponse',
    errors: [404, 409, ...bodyErrors],
    errorDescriptions: { ...errorDescriptions, 409: 'A schedule could no longer add its jobs.' },
  }),
  delete: operation({
    ...about,
    id: 'deleteJobTemplate',
    summary: 'Delete a job template',
    response: 'JobTemplateIdResponse',
    errors: [409, ...lookErrors],
    errorDescriptions: { ...errorDescriptions, 409: 'A schedule uses the template.' },
  }),
};

export const jobTemplatesPaths = {
  '/api/v1/job-templates': templates,
  '/api/v1/job-templates/{id}': template,
  '/api/v1/job-templates/{id}/jobs': {
    parameters: [templateId],
    post: operation({
      ...about,
      id: 'addTemplateJob',
      summary: 'Add a job from a template',
      body: 'JobTemplateUse',
      bodyIsOptional: true,
      status: 201,
      response: 'FilledJobResponse',
      errors: [404, ...bodyErrors],
    }),
  },
};
