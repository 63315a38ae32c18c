import { describe, expect, it } from 'vitest';
import { scrubPayload } from '../src/erase/scrub-payload.js';

const ada = { siteId: 'demo', userId: 'ada' };
const event = (user: string, site = 'demo') => ({ site_id: site, user_id: user, path: '/', properties: { n: 1.5 } });
const job = (...users: string[]) => ({
  v: 3,
  count: users.length,
  events: JSON.stringify(users.map((user) => event(user))),
});
const json = JSON.stringify;

describe('scrubPayload', () => {
  it.each([
    ['an event of the user', json(event('ada')), null, 1],
    ['an event of another user', json(event('bob')), json(event('bob')), 0],
    ['an event of a user with the same id on another site', json(event('ada', 'shop')), json(event('ada', 'shop')), 0],
    ['an event without user', json({ site_id: 'demo' }), json({ site_id: 'demo' }), 0],
    ['an event with the user id in its properties', '{"site_id":"demo","properties":{"user_id":"ada"}}', 'same', 0],
    ['a job with only that user', json(job('ada', 'ada')), null, 2],
    ['a job with several users', json(job('ada', 'bob', 'ada', 'eve')), json(job('bob', 'eve')), 2],
    ['a job with other users', json(job('bob')), json(job('bob')), 0],
    ['a job with a list', json({ events: [event('ada'), event('bob')] }), json({ events: [event('bob')] }), 1],
    ['a job without events left', '{"v":2,"count":0,"events":"[]"}', 'same', 0],
    ['a list as text', json(json([event('ada'), event('bob')])), json(json([event('bob')])), 1],
    ['an event as text', json(json(event('ada'))), null, 1],
    ['no events at all', '{"v":2,"events":null,"note":"\\u0061da \\"user_id\\""}', 'same', 0],
    ['numbers that JavaScript would round, in the rest', '{"a":12345678901234567890,"user_id":"ada"}', 'same', 0],
    ['an empty text', '', 'same', 0],
  ])('handles %s', (_, payload, left, erased) => {
    expect(scrubPayload(payload, ada)).toEqual({ text: left === 'same' ? payload : left, erased });
  });

  it('finds the user however the id is escaped in JSON', () => {
    const user = { siteId: 'demo', userId: 'ü"\\\n' };
    const payload = String.raw`{"site_id":"demo","user_id":"\u00fc\u0022\\\n"}`;
    expect(scrubPayload(payload, user)).toEqual({ text: null, erased: 1 });
    expect(scrubPayload(json(json(payload)), user)).toEqual({ text: null, erased: 1 });
  });

  it.each([
    [
      'truncated after the user',
      '[{"site_id":"demo","user_id":"bob"},{"site_id":"demo","user_id":"ada","pa',
      '[{"site_id":"demo","user_id":"bob"}',
      1,
    ],
    [
      'truncated after another user',
      '[{"site_id":"demo","user_id":"ada"},{"site_id":"demo","user_id":"bo',
      '{"site_id":"demo","user_id":"bo',
      1,
    ],
    [
      'with one event per line',
      '{"site_id":"demo","user_id":"ada"}\n{"site_id":"demo","user_id":"bob"}',
      '{"site_id":"demo","user_id":"bob"}',
      1,
    ],
    [
      'with objects among the properties',
      '{"site_id":"demo","user_id":"ada","properties":{"a":[{"b":1},{"c":"secret"}]}},{"site_id":"demo","user_id":"bob"',
      '{"site_id":"demo","user_id":"bob"',
      1,
    ],
    ['with only that user', '{"user_id" : "ada", "site_id" : "demo", oops}', null, 1],
    ['with an escaped id', String.raw`{"site_id":"demo","user_id":"\u0061da", oops}`, null, 1],
    ['of others', '[{"site_id":"demo","user_id":"adam"},{"site_id":"shop","user_id":"ada"', 'same', 0],
    ['without quotes around a number', '{"site_id":"demo","user_id":ada, oops}', null, 1],
  ])('removes the user from broken text %s', (_, payload, left, erased) => {
    const expected = left === 'same' ? payload : left;
    expect(scrubPayload(payload, ada)).toEqual({ text: expected, erased });
    expect(scrubPayload(json(payload), ada)).toEqual({ text: expected === null ? null : json(expected), erased });
  });

  it('finds the user in a truncated job', () => {
    const payload = json(job('bob', 'ada', 'eve')).slice(0, -2);
    const { text: left, erased } = scrubPayload(payload, ada);
    expect(erased).toBe(1);
    expect(left).toContain('bob');
    expect(left).toContain('eve');
    expect(left).not.toContain('ada');
  });

  it('handles text of any nesting depth', () => {
    const deep = `${'['.repeat(200_000)}{"site_id":"demo","user_id":"ada"}${']'.repeat(200_000)}`;
    expect(scrubPayload(deep, ada)).toEqual({ text: null, erased: 1 });
  });
});
