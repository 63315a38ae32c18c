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
import { goalSchema } from '../goals/goal.js';
import { recordLimits } from '../sites/site-records.js';
import { siteContentPaths } from './site-content-paths.js';

const eventOrPath = {
  anyOf: ['event_type', 'path'].map((name) => ({ properties: { [name]: text }, required: [name] })),
};

const newGoal: JsonSchema = {
  ...withProperties(jsonSchemaOf(goalSchema), {
    event_type: { description: 'Counts events of this type. Null or absent: views. Required unless `path` is given.' },
    path: {
      description:
        'Counts events on this page. `*` matches any text without a slash, `**` any text; both also match nothing. Compared with paths as stored, after the path rules of the site.',
      examples: ['/thanks', '/orders/*/thanks', '/docs/**'],
    },
    value_property: { description: 'A numeric property: the value of the goal.', examples: ['price'] },
  }),
  ...eventOrPath,
};

const goal = record({
  ...{ id: text, name: text, event_type: textOrNull, path: textOrNull, value_property: textOrNull },
  filters: listOf(ref('Filter'), { description: 'Ready to use in a query for the events that reach the goal.' }),
  created_at: instant,
});

export const goalsSchemas: Record<string, JsonSchema> = {
  NewGoal: newGoal,
  Goal: goal,
  Goals: record({ goals: listOf(ref('Goal')) }),
};

export const goalsPaths = siteContentPaths({
  ...{ tag: 'Site content', noun: 'a goal', nouns: 'goals' },
  schema: { one: 'Goal', all: 'Goals', created: 'NewGoal' },
  listDescription: 'Ordered by creation, oldest first.',
  createDescription: 'An event type, a page, or an event type on a page. Names are unique within the site.',
  conflict: `The site already has a goal with this name, or ${recordLimits.goals} goals.`,
});
