import {
  flag,
  instant,
  instantOrNull,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  record,
  ref,
  text,
  textOrNull,
  withProperties,
} from '@millrace/shared/openapi/json-schema';
import { jobStates } from '../queues/find-jobs.js';
import { cronParamsSchema, scheduleForms } from '../schedules/schedule-requests.js';
import { catchUps } from '../schedules/schedule-rows.js';
import { changeOf, responseSchemas } from './operation.js';
import { addedJob, jobData } from './queues-schemas.js';

const cron = {
  description:
    'Five or six fields (seconds first), or `@daily` and the like. If day of month and day of week are both given, either matches, unless one of them begins with `*`: then both must.',
};
const timezone = { description: 'An IANA time zone such as Europe/Berlin.' };
const catchUp = {
  description:
    'What is made up for after downtime: no slot (one time of the schedule), the newest, or all of the last 24 hours.',
};

const common: Record<string, JsonSchema> = {
  name: { description: 'Any text.' },
  cron,
  timezone,
  enabled: { description: 'False: it does not fire, but can be triggered.' },
  catch_up: catchUp,
};
const withJob = withProperties(jsonSchemaOf(scheduleForms.withJob), {
  ...common,
  job: { description: 'One of the jobs of the queue: see `POST /api/v1/queues/{name}/jobs`.' },
  data: { ...jobData, description: 'The fields that the job takes.' },
});
const withTemplate = withProperties(jsonSchemaOf(scheduleForms.withTemplate), {
  ...common,
  template: { description: 'The id of a job template.' },
  params: { ...jobData, description: 'Values for the placeholders of the template.' },
  site_id: { description: 'The site for `{{site_id}}`. Required if the template has this placeholder.' },
});

const state: JsonSchema = {
  enum: [...jobStates, 'unknown', 'open', 'refused', 'removed'],
  description:
    'The state of the job. `open`: the job is not added yet. `refused`: it could not be added, see `error`. `removed`: its record is gone. `unknown`: the queue did not answer, or does not know.',
};
const run = record({
  slot: { ...instant, description: 'The time of the schedule that this run is for.' },
  job_id: text,
  added_at: instantOrNull,
  state,
  error: textOrNull,
});

const optional = ['data', 'template', 'params', 'site_id', 'disabled_reason'];
const schedule = record(
  {
    id: { ...text, description: 'A UUID; for built-in schedules their name.' },
    name: text,
    data: { ...jobData, description: 'Absent for a template. That of built-in schedules is computed from the slot.' },
    template: { ...text, description: 'The id of a job template.' },
    params: jobData,
    site_id: text,
    queue: text,
    job: text,
    cron: { ...text, ...cron },
    timezone: text,
    enabled: flag,
    disabled_reason: { ...text, description: 'Why Millrace has disabled it, if it has.' },
    catch_up: { enum: catchUps, ...catchUp },
    built_in: flag,
    created_at: instant,
    updated_at: instant,
    last_run: { anyOf: [ref('ScheduleRun'), { type: 'null' }], description: 'Triggering a schedule is not a run.' },
    next_run: { ...instantOrNull, description: 'Null while it is disabled.' },
  },
  ...optional,
);

export const schedulesSchemas: Record<string, JsonSchema> = {
  NewSchedule: {
    description: 'A job of its own, or a template and its values.',
    oneOf: [withJob, withTemplate],
    examples: [
      {
        name: 'Revenue of last month',
        queue: 'analytics-aggregation',
        job: 'revenue',
        data: { periodType: 'month', period: 'previous' },
        cron: '0 6 1 * *',
        timezone: 'Europe/Berlin',
      },
    ],
  },
  ScheduleChange: {
    ...changeOf({ ...withJob.properties, ...withTemplate.properties }),
    description: 'A template replaces the job of the schedule, and the other way round.',
    examples: [{ enabled: true }],
  },
  CronCheck: {
    ...withProperties(jsonSchemaOf(cronParamsSchema), { cron, timezone }),
    examples: [{ cron: '0 9 * * 1', timezone: 'Europe/Berlin' }],
  },
  Schedule: schedule,
  ScheduleRun: run,
  ...responseSchemas({
    Schedule: ref('Schedule'),
    Schedules: listOf(ref('Schedule')),
    ScheduleRuns: listOf(ref('ScheduleRun')),
    ScheduleId: record({ id: text }),
    Triggered: record(addedJob),
    CronCheck: {
      oneOf: [
        record({ valid: { const: true }, next: listOf(instant, { description: 'The next five times.' }) }),
        record({ valid: { const: false }, reason: text }),
      ],
    },
  }),
};
