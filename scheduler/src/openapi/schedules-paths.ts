import Joi from 'joi';
import { pageSchema } from '../read-request.js';
import { bodyErrors, idParameter, operation, queryParameters, readErrors } from './operation.js';

const tag = 'Schedules';
const errorDescriptions = { 404: 'There is no such schedule.' };
const about = { tag, errorDescriptions };
const lookErrors = [404, ...readErrors];

const scheduleId = idParameter('The id of a schedule, a UUID; for built-in schedules their name.', 'daily-revenue');

const setEnabled = (id: string, summary: string) => ({
  parameters: [scheduleId],
  post: operation({ ...about, id, summary, response: 'ScheduleResponse', errors: [404, ...bodyErrors] }),
});

const schedules = {
  get: operation({
    ...about,
    id: 'listSchedules',
    summary: 'List all schedules',
    description: 'Built-in ones first, then by name.',
    response: 'SchedulesResponse',
    errors: readErrors,
  }),
  post: operation({
    ...about,
    id: 'createSchedule',
    summary: 'Create a schedule',
    description:
      'Adds a job to a queue at each time of a cron expression, once however many schedulers are running. A time that the clock skips fires at the end of the gap, and one that comes twice fires the first time; an hourly expression continues through both.',
    body: 'NewSchedule',
    status: 201,
    response: 'ScheduleResponse',
    errors: bodyErrors,
  }),
};

const schedule = {
  parameters: [scheduleId],
  get: operation({
    ...about,
    id: 'showSchedule',
    summary: 'Show a schedule',
    response: 'ScheduleResponse',
    errors: lookErrors,
  }),
  patch: operation({
    ...about,
    id: 'changeSchedule',
    summary: 'Change a schedule',
    description: 'Omitted fields stay as they are. A built-in schedule can only be enabled and disabled.',
    body: 'ScheduleChange',
    response: 'ScheduleResponse',
    errors: [404, 409, ...bodyErrors],
    errorDescriptions: { ...errorDescriptions, 409: 'The schedule is built in, and more than `enabled` was sent.' },
  }),
  delete: operation({
    ...about,
    id: 'deleteSchedule',
    summary: 'Delete a schedule and its runs',
    parameters: [idParameter('The id of a schedule that is not built in, a UUID.')],
    response: 'ScheduleIdResponse',
    errors: [409, ...lookErrors],
    errorDescriptions: { ...errorDescriptions, 409: 'A built-in schedule cannot be deleted, only disabled.' },
  }),
};

export const schedulesPaths = {
  '/api/v1/schedules': schedules,
  '/api/v1/schedules/validate': {
    post: operation({
      ...about,
      id: 'checkCron',
      summary: 'Show when a cron expression fires, or what is wrong with it',
      body: 'CronCheck',
      response: 'CronCheckResponse',
      errors: bodyErrors,
    }),
  },
  '/api/v1/schedules/{id}': schedule,
  '/api/v1/schedules/{id}/runs': {
    parameters: [scheduleId],
    get: operation({
      ...about,
      id: 'listScheduleRuns',
      summary: 'List the runs of a schedule, newest first',
      description: 'Only those of the clock: the outcome of a job that was triggered is in its queue.',
      parameters: queryParameters(Joi.object(pageSchema)),
      response: 'ScheduleRunsResponse',
      errors: [400, ...lookErrors],
    }),
  },
  '/api/v1/schedules/{id}/enable': setEnabled('enableSchedule', 'Enable a schedule'),
  '/api/v1/schedules/{id}/disable': setEnabled('disableSchedule', 'Disable a schedule'),
  '/api/v1/schedules/{id}/trigger': {
    parameters: [scheduleId],
    post: operation({
      ...about,
      id: 'triggerSchedule',
      summary: 'Add the job of a schedule now',
      description: 'Also works while the schedule is disabled. `jobId` leads to the outcome, in the queue.',
      response: 'TriggeredResponse',
      errors: [404, 409, ...bodyErrors],
      errorDescriptions: {
        ...errorDescriptions,
        409: 'The job cannot be added: this version of Millrace does not have it, or refuses its data.',
      },
    }),
  },
};
