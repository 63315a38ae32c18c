/** Random events, of which about half are valid. */
import { parseExactJson } from '@millrace/shared/platform/exact-json';
import type { Random } from './create-random.js';

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

const goodValues = ({ pick }: Random): Record<string, () => unknown> => ({
  site_id: () => pick(['demo', 'a.b_c-D9', 'x'.repeat(64)]),
  event_type: () => pick(['view', 'x'.repeat(64), '😀'.repeat(64)]),
  path: () => pick(['', '/', '😀'.repeat(2_048)]),
  timestamp: () => pick(['2025-11-14T10:00:00Z', '2025-11-14T10:00:00.123456789+05:30']),
  context: () => pick([{}, { ip: '203.0.113.7', user_agent: 'Mozilla/5.0' }, { ip: null }]),
  sent_at: () => '2025-11-14T10:00:00Z',
  referrer: () => pick(['', 'https://ref.example/']),
  properties: () => pick([{}, { a: 1, b: { c: [1, 'x', null] } }, parseExactJson('{"n":9007199254740993}')]),
});

/** Mostly valid fields, so that most ways of being invalid occur alone. */
export function createRandomEvents(random: Random): () => unknown {
  const { pick } = random;
  const good = goodValues(random);
  return function randomEvent(): unknown {
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
  };
}
