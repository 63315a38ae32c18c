import { lettersParamsSchema } from '../dead-letters/letter-requests.js';
import { bodyErrors, idParameter, operation, queryParameters, readErrors } from './operation.js';

const tag = 'Dead letters';
const errorDescriptions = {
  403: 'The key does not have the scope `admin`, or is limited to another site.',
  404: 'There is no such dead letter, or not one of the site that the key is limited to.',
};
const about = { tag, errorDescriptions };
const lookErrors = [404, ...readErrors];

const letterId = idParameter('The id of a dead letter, a UUID.');

const letter = {
  parameters: [letterId],
  get: operation({
    ...about,
    id: 'showDeadLetter',
    summary: 'Show a dead letter, and for a whole job what its events are',
    response: 'DeadLetterWithEventsResponse',
    errors: lookErrors,
  }),
  patch: operation({
    ...about,
    id: 'correctDeadLetter',
    summary: 'Correct the event of a dead letter',
    description: 'It is checked like a new event, but not sent again: replay it afterwards.',
    body: 'DeadLetterChange',
    response: 'DeadLetterResponse',
    errors: [404, 409, ...bodyErrors],
    errorDescriptions: {
      ...errorDescriptions,
      400: 'A field is missing or invalid: see `details.field`; or the event itself is (`invalid_event`).',
      409: 'The letter contains a whole job. Replay it: each invalid event becomes a letter of its own.',
    },
  }),
};

export const deadLettersPaths = {
  '/api/v1/dead-letters': {
    get: operation({
      ...about,
      id: 'listDeadLetters',
      summary: 'List or search dead letters, newest first',
      parameters: queryParameters(lettersParamsSchema, {
        site_id: { description: 'Only letters of this site.', example: 'demo' },
        search: { description: 'Text in the reason or payload, in any case.' },
        replayed: { description: 'Only letters that were replayed, or only those that were not.' },
        kind: { description: 'Only single events, or only whole jobs.' },
      }),
      response: 'DeadLettersResponse',
      errors: [400, ...readErrors],
    }),
  },
  '/api/v1/dead-letters/replay': {
    post: operation({
      ...about,
      id: 'replayDeadLetters',
      summary: 'Send the events of a site again',
      description:
        'Up to 1,000 letters of single events that were not replayed yet, oldest first. A dry run unless `dryRun` is false. An event is stored once, however often it is sent.',
      body: 'ReplayDeadLetters',
      response: 'ReplayedDeadLettersResponse',
      errors: bodyErrors,
    }),
  },
  '/api/v1/dead-letters/{id}': letter,
  '/api/v1/dead-letters/{id}/replay': {
    parameters: [letterId],
    post: operation({
      ...about,
      id: 'replayDeadLetter',
      summary: 'Send the event of a dead letter again',
      description:
        'The events of a whole job are sent as one batch. Those that are invalid become letters of their own.',
      response: 'ReplayedDeadLetterResponse',
      errors: [404, 409, ...bodyErrors],
      errorDescriptions: {
        ...errorDescriptions,
        400: 'The event is invalid (`invalid_event`): correct it first. Or the body of the request is invalid.',
        409: 'The letter contains a whole job without readable events.',
      },
    }),
  },
};
