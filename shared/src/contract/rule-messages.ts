/** What Joi says of a broken rule, as one would say it: pass it to `validate`; messages of a schema come before it. */

const counted = (what: string) => `{if(#limit == 1, "one ${what}", #limit + " ${what}s")}`;

export const ruleMessages = {
  'array.min': `{{#label}} needs at least ${counted('item')}`,
  'array.max': `{{#label}} may have at most ${counted('item')}`,
  'array.length': `{{#label}} must have exactly ${counted('item')}`,
  'array.unique': '{{#label}} repeats an earlier item',
  'string.empty': '{{#label}} must not be empty',
  'string.min': `{{#label}} needs at least ${counted('character')}`,
  'string.max': `{{#label}} may have at most ${counted('character')}`,
  'string.length': `{{#label}} must have exactly ${counted('character')}`,
  'number.min': '{{#label}} must be at least {{#limit}}',
  'number.max': '{{#label}} must be at most {{#limit}}',
};
