/** `/api/v1/sites/:site_id/goals`, for the document. */
import { goalSchema } from '../goals/goal.js';
import { recordLimits } from '../sites/site-records.js';
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
} from './json-schema.js';
import { keptPaths } from './kept-operations.js';

const eventOrPath = {
  anyOf: ['event_type', 'path'].map((name) => ({ properties: { [name]: text }, required: [name] })),
};

const newGoal: JsonSchema = {
  ...withProperties(jsonSchemaOf(goalSchema), {
    event_type: { description: 'Events of this type; null or absent: views. It or `path` is needed.' },
    path: {
      description:
        'Events of this page. `*` is any text without a slash, `**` any text, also none; all other characters are themselves. Paths are compared as they are stored: see path rules.',
      examples: ['/thanks', '/orders/*/thanks', '/docs/**'],
    },
    value_property: { description: 'The property whose numbers it is worth.', examples: ['price'] },
  }),
  ...eventOrPath,
};

const goal = record({
  ...{ id: text, name: text, event_type: textOrNull, path: textOrNull, value_property: textOrNull },
  filters: listOf(ref('Filter'), { description: 'Of a query about the events that reach it, as they stand.' }),
  created_at: instant,
});

export const goalsSchemas: Record<string, JsonSchema> = {
  NewGoal: newGoal,
  Goal: goal,
  Goals: record({ goals: listOf(ref('Goal')) }),
};

export const goalsPaths = keptPaths({
  ...{ tag: 'Kept for a site', noun: 'a goal', nouns: 'goals' },
  schema: { one: 'Goal', all: 'Goals', created: 'NewGoal' },
  listed: 'In the order in which they were made. `filters` are those of a query about the events that reach the goal.',
  created: 'An event type, a page, or events of a type on a page. Its name is its own in the site.',
  full: `The site has a goal of this name already, or ${recordLimits.goals} goals.`,
});
