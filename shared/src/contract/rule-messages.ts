/** Joi's messages in plain English, to pass to `validate`; messages of a schema take precedence. */

const counted = (what: string) => `{if(#limit == 1, "one ${what}", #limit + " ${what}s")}`;

export const ruleMessages = {
  'array.min': `{{#label}} must have at least ${counted('item')}`,
  'array.max': `{{#label}} must have at most ${counted('item')}`,
  'array.length': `{{#label}} must have exactly ${counted('item')}`,
  'array.unique': '{{#label}} is a duplicate of an earlier item',
  'string.empty': '{{#label}} must not be empty',
  'string.min': `{{#label}} must have at least ${counted('character')}`,
  'string.max': `{{#label}} must have at most ${counted('character')}`,
  'string.length': `{{#label}} must have exactly ${counted('character')}`,
  'number.min': '{{#label}} must be at least {{#limit}}',
  'number.max': '{{#label}} must be at most {{#limit}}',
};
