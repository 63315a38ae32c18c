/** Compiled rules agree with Joi, and unsupported rules are not silently ignored. */
import { compileSchema } from '@millrace/shared/contract/compile-schema';
import { eventRules, eventSchema } from '@millrace/shared/contract/event-rules';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createRandomEvents } from '@millrace/shared/testing/random-events';
import Joi from 'joi';
import { describe, expect, it } from 'vitest';

const randomEvent = createRandomEvents(createRandom(20_261_125));

describe('the compiled rules of an event', () => {
  const accept = compileSchema(eventRules);

  it('accept what Joi accepts, with the same result, and leave everything else to Joi', () => {
    const tally = { accepted: 0, refused: 0 };
    for (let round = 0; round < 20_000; round += 1) {
      const event = randomEvent();
      const { error, value } = eventSchema.validate(event);
      const accepted = accept(event);
      // Joi drops `__proto__`, which is refused later: such an event must reach Joi.
      const isOdd = typeof event === 'object' && event !== null && Object.hasOwn(event, '__proto__');
      if (error || isOdd) {
        expect(accepted, JSON.stringify(event)).toBeUndefined();
        tally.refused += 1;
        continue;
      }
      // Undefined fields, which JSON cannot contain, are left to Joi, too.
      if (accepted === undefined) expect(Object.values(event as object)).toContain(undefined);
      else expect(Object.entries(accepted)).toEqual(Object.entries(value as object));
      tally.accepted += 1;
    }
    expect(Math.min(tally.accepted, tally.refused)).toBeGreaterThan(4_000);
  });

  it('return a new object, because the next step modifies it', () => {
    const event = { site_id: 'demo', event_type: 'view', path: '/' };
    expect(accept(event)).toEqual(event);
    expect(accept(event)).not.toBe(event);
  });
});

describe('a schema', () => {
  const text = Joi.string();
  const object = (keys: Joi.SchemaMap) => Joi.object(keys).required();
  it.each<[string, Joi.ObjectSchema]>([
    ['a rule of texts', object({ a: text.email() })],
    ['a limit in bytes', object({ a: text.max(4, 'utf8') })],
    ['an inverted pattern', object({ a: text.pattern(/x/, { invert: true }) })],
    ['a list of values', object({ a: text.valid('x') })],
    ['forbidden values', object({ a: text.invalid('x') })],
    ['a default', object({ a: text.default('x') })],
    ['a forbidden field', object({ a: text.forbidden() })],
    ['a conversion', object({ a: text.lowercase() })],
    ['a number', object({ a: Joi.number() })],
    ['a choice', object({ a: Joi.alternatives(text, Joi.number()) })],
    ['a condition', object({ a: Joi.when('b', { is: 1, otherwise: text }), b: text })],
    ['a nested object', object({ a: Joi.object({ b: text }) })],
    ['a nested object with unknown keys', object({ a: Joi.object().unknown() })],
    ['a rule of objects', object({ a: Joi.object().min(1) })],
    ['another dependency', object({ a: text, b: text }).xor('a', 'b')],
    ['unknown keys', object({ a: text }).unknown()],
    ['renamed keys', object({ a: text }).rename('b', 'a')],
    ['preferences', object({ a: text }).prefs({ convert: false })],
    ['a property of Object.prototype', object({ constructor: text })],
    ['an optional object', Joi.object({ a: text })],
  ])('with %s is not compiled', (_what, schema) => {
    expect(() => compileSchema(schema)).toThrow(/cannot be compiled/);
  });

  it('with a custom rule that changes the value leaves the value to Joi', () => {
    const accept = compileSchema(object({ a: text.custom((value: string) => (value === 'b' ? 'c' : value)) }));
    expect([accept({ a: 'a' }), accept({ a: 'b' })]).toEqual([{ a: 'a' }, undefined]);
  });

  it('with a custom rule that needs other helpers leaves the value to Joi', () => {
    const accept = compileSchema(object({ a: text.custom((value: string, { state }) => state.path![0] + value) }));
    expect(accept({ a: 'a' })).toBeUndefined();
  });
});
