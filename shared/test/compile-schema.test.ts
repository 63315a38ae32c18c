/** Compiled rules agree with Joi, and unsupported rules are not silently ignored. */
import { compileSchema } from '@millrace/shared/contract/compile-schema';
import { eventRules, eventSchema } from '@millrace/shared/contract/event-rules';
import { parseExactJson } from '@millrace/shared/platform/exact-json';
import { createRandom } from '@millrace/shared/testing/create-random';
import Joi from 'joi';
import { describe, expect, it } from 'vitest';

const random = createRandom(20_261_125);
const { pick } = random;

const texts = [
  ...['demo', 'a.b_c-D9', 'view', '/', '', ' ', 'a b', 'süß', '😀', '\0', '\ud800', 'x\n', '2025-11-14T10:00:00Z'],
  ...['2025-11-14T10:00:00.123456789+05:30', '2025-02-30T10:00:00Z', '1999-12-31T23:59:59Z', 'yesterday', '9'],
  ...[63, 64, 65, 127, 128, 129, 2_047, 2_048, 2_049].flatMap((length) => ['x'.repeat(length), '😀'.repeat(length)]),
];
const values: unknown[] = [
  ...[0, 1.5, null, true, undefined, [], [1], {}, { a: 1 }, { a: { b: { c: { d: { e: {} } } } } }],
  ...[{ text: 'x'.repeat(8_200) }, { n: Number.POSITIVE_INFINITY }, { __proto__: null }],
  parseExactJson('9007199254740993'),
  parseExactJson('{"order":9007199254740993,"list":[0.1234567890123456789]}'),
  Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, index])),
];
const names = [
  ...['site_id', 'event_type', 'path', 'user_id', 'session_id', 'profile_id', 'timestamp', 'sent_at', 'event_id'],
  ...['referrer', 'properties', 'hostname', 'country', 'screen', 'bot', 'context'],
];
const odd = ['colour', 'constructor', 'toString', '__proto__', 'Path', 'client_time'];

const good: Record<string, () => unknown> = {
  site_id: () => pick(['demo', 'a.b_c-D9', 'x'.repeat(64)]),
  event_type: () => pick(['view', 'x'.repeat(64), '😀'.repeat(64)]),
  path: () => pick(['', '/', '😀'.repeat(2_048)]),
  timestamp: () => pick(['2025-11-14T10:00:00Z', '2025-11-14T10:00:00.123456789+05:30']),
  context: () => pick([{}, { ip: '203.0.113.7', user_agent: 'Mozilla/5.0' }, { ip: null }]),
  sent_at: () => '2025-11-14T10:00:00Z',
  referrer: () => pick(['', 'https://ref.example/']),
  properties: () => pick([{}, { a: 1, b: { c: [1, 'x', null] } }, parseExactJson('{"n":9007199254740993}')]),
};

/** Mostly valid, so that most invalid events have a single problem. */
function randomEvent(): unknown {
  if (random() < 0.02) return pick<unknown>([...values, ...texts]);
  const fields: [string, unknown][] = [];
  for (const name of [...names].sort(() => random() - 0.5)) {
    const isNeeded = name === 'site_id' || name === 'event_type' || name === 'path';
    if (random() < (isNeeded ? 0.02 : 0.5)) continue;
    const value = random() < 0.08 ? pick<unknown>([...values, ...texts]) : (good[name] ?? (() => 'u1'))();
    fields.push([name, value]);
  }
  if (random() < 0.05) fields.push([pick(odd), pick<unknown>([...values, ...texts])]);
  return Object.fromEntries(fields);
}

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
