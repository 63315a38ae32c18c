import Joi from 'joi';
import { expect, it } from 'vitest';
import { ruleMessages } from '../src/contract/rule-messages.js';

const schema = Joi.object({
  list: Joi.array().min(1).max(4).unique(),
  pair: Joi.array().length(2),
  text: Joi.string().min(2).max(3),
  number: Joi.number().min(1).max(9),
  own: Joi.number().max(9).messages({ 'number.max': '{{#label}} is too much' }),
});

it.each([
  [{ list: [] }, 'list must have at least one item'],
  [{ list: [1, 2, 3, 4, 5] }, 'list must have at most 4 items'],
  [{ list: [1, 1] }, 'list[1] is a duplicate of an earlier item'],
  [{ pair: [1] }, 'pair must have exactly 2 items'],
  [{ text: '' }, 'text must not be empty'],
  [{ text: 'a' }, 'text must have at least 2 characters'],
  [{ text: 'abcd' }, 'text must have at most 3 characters'],
  [{ number: 0 }, 'number must be at least 1'],
  [{ number: 10 }, 'number must be at most 9'],
  [{ own: 10 }, 'own is too much'],
])('explains what is wrong with %j in plain English, unless the schema has its own message', (given, message) => {
  const { error } = schema.validate(given, { messages: ruleMessages, errors: { wrap: { label: false } } });
  expect(error?.message).toBe(message);
});
