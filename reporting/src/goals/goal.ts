import { storedEventType } from '@millrace/shared/contract/event';
import type Joi from 'joi';
import { refusal } from '../query-request/refuse.js';
import { parseRecord, recordSchema, recordText } from '../sites/site-records.js';
import { goalFilters } from './goal-filters.js';

export interface NewGoal {
  name: string;
  event_type: string | null;
  /** `*` matches any text without a slash, `**` any text. */
  path: string | null;
  /** The property that holds the value of the goal. */
  value_property: string | null;
}

export interface Goal extends NewGoal {
  id: string;
  created_at: Date;
}

const optional = (characters: number) => recordText(characters).allow(null).default(null);

export const goalSchema = recordSchema<NewGoal>('a goal', {
  name: recordText(200).required(),
  event_type: optional(64),
  path: optional(2_048),
  value_property: optional(128),
} satisfies Record<keyof NewGoal, Joi.Schema>);

/** @throws ServiceError `invalid_request`. */
export function parseGoal(input: unknown): NewGoal {
  const goal = parseRecord(goalSchema, input);
  if (goal.event_type === null && goal.path === null) {
    throw refusal(
      ['event_type'],
      'or path is required: a goal is an event such as "signup", a page such as "/thanks", or both',
    );
  }
  const normalized = { ...goal, event_type: goal.event_type && storedEventType(goal.event_type) };
  goalFilters(normalized);
  return normalized;
}
