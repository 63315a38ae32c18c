import {
  count,
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
import { letterKinds } from '../dead-letters/dead-letter-rows.js';
import { letterChangeSchema, replaySchema } from '../dead-letters/letter-requests.js';
import { listedRefused } from '../dead-letters/replay-job.js';
import { responseSchemas } from './operation.js';

const letter = {
  id: { ...text, description: 'A UUID.' },
  site_id: { ...textOrNull, description: 'Null if the payload has none.' },
  kind: { enum: letterKinds, description: 'One event, or a whole job that could not be read.' },
  reason: { ...text, description: 'Why it was set aside.' },
  payload: { ...text, description: 'The event or job as JSON text. It may be invalid.' },
  job_id: { ...text, description: 'The job that the event came in.' },
  created_at: instant,
  replayed_at: instantOrNull,
};

const problem: JsonSchema = { ...text, description: 'What is wrong with the event.' };
const index: JsonSchema = { ...count, description: 'Its place in the job, from 0.' };
const upTo = { maxItems: listedRefused };

const foundEvents = record({
  events: count,
  ready: { ...count, description: 'Valid events.' },
  refused_events: listOf(record({ index, problem }), upTo),
});
const replayedJob = record({
  queued: { ...count, description: 'Events that were queued again.' },
  refused: { ...count, description: 'Events that became dead letters of their own.' },
  refused_events: listOf(record({ index, problem, id: { ...text, description: 'Their dead letter.' } }), upTo),
});

export const deadLettersSchemas: Record<string, JsonSchema> = {
  DeadLetterChange: {
    ...withProperties(jsonSchemaOf(letterChangeSchema), {
      payload: {
        additionalProperties: true,
        description:
          'The whole event, without `sent_at`. It must have the site that it had. A missing `timestamp` and `event_id` are taken from the letter.',
      },
    }),
    examples: [{ payload: { site_id: 'demo', event_type: 'view', path: '/pricing' } }],
  },
  ReplayDeadLetters: {
    ...withProperties(jsonSchemaOf(replaySchema), {
      site_id: { description: 'The site of the letters.' },
      reason: { description: 'Only letters with exactly this reason.' },
      skip: { description: 'How many letters to skip: `next_skip` of the response before, or 0.' },
      dryRun: { description: 'True: only report which letters would be replayed.' },
    }),
    examples: [{ site_id: 'demo' }],
  },
  DeadLetter: record(letter),
  ...responseSchemas({
    DeadLetter: ref('DeadLetter'),
    DeadLetters: record({
      letters: listOf(
        record({
          ...letter,
          payload: { ...text, description: 'The first 2,000 characters.' },
          payload_characters: { ...count, description: 'Length of the whole payload.' },
        }),
        { description: 'Newest first.' },
      ),
      total: { ...count, description: 'Number of letters on all pages.' },
    }),
    DeadLetterWithEvents: record(
      {
        ...letter,
        job: {
          anyOf: [foundEvents, record({ problem: { ...text, description: 'Why it has no readable events.' } })],
          description: 'The events of a whole job. Absent for a single event.',
        },
      },
      'job',
    ),
    ReplayedDeadLetter: record(
      { ...letter, job: { ...replayedJob, description: 'The events of a whole job. Absent for a single event.' } },
      'job',
    ),
    ReplayedDeadLetters: record({
      dryRun: flag,
      replayed: listOf(text, { description: 'Ids of the letters that were replayed, or would be in a dry run.' }),
      refused: listOf(record({ id: text, problem }), { description: 'Letters to be corrected first.' }),
      next_skip: {
        type: ['integer', 'null'],
        minimum: 0,
        description: 'The `skip` of the next request. Null: there are no more letters.',
      },
    }),
  }),
};
