/** Validation rules of events, each tested at its boundaries. */

import { type EventResult, serializeEvent, validateEvent } from '@millrace/shared/contract/event';
import { contextColumns } from '@millrace/shared/contract/event-columns';
import { describe, expect, it } from 'vitest';

const nowMs = Date.UTC(2026, 10, 23, 12, 0, 0);
const minimal = { site_id: 'demo', event_type: 'view', path: '/', timestamp: '2026-11-23T11:00:00Z' };

const check = (fields: object): EventResult => validateEvent({ ...minimal, ...fields }, nowMs);
const accepts = (fields: object) => expect(check(fields)).toMatchObject({ ok: true });
const acceptedEvent = (fields: object) => {
  const result = check(fields);
  return result.ok ? result.event : expect.fail(result.message);
};
const refuses = (fields: object, reason: string, field: string) =>
  expect(check(fields)).toMatchObject({ ok: false, reason, field });

function nested(levels: number): object {
  return levels === 1 ? { leaf: 1 } : { inner: nested(levels - 1) };
}

const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index]));

/** An object with exactly `bytes` bytes of JSON. */
const ofBytes = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

describe('site_id', () => {
  it('accepts every allowed character, and up to 64', () => {
    accepts({ site_id: 'AZaz09._-' });
    accepts({ site_id: 'x'.repeat(64) });
  });
  it('refuses an invalid id', () => {
    refuses({ site_id: 'x'.repeat(65) }, 'too_long', 'site_id');
    refuses({ site_id: '' }, 'empty', 'site_id');
    refuses({ site_id: 'a b' }, 'bad_format', 'site_id');
    refuses({ site_id: 'süß' }, 'bad_format', 'site_id');
    refuses({ site_id: 'a\n' }, 'bad_format', 'site_id');
    refuses({ site_id: 7 }, 'wrong_type', 'site_id');
    refuses({ site_id: null }, 'wrong_type', 'site_id');
    refuses({ site_id: undefined }, 'missing_field', 'site_id');
  });
});

describe('context columns', () => {
  it.each(contextColumns)('%s counts as absent if it is empty or null', (name) => {
    for (const value of ['', null]) {
      const { event_id: _, ...event } = acceptedEvent({ [name]: value });
      expect(event).toEqual(minimal);
    }
  });
});

describe('texts', () => {
  it.each([
    ['event_type', 64],
    ['user_id', 128],
    ['session_id', 128],
    ['profile_id', 128],
    ['event_id', 128],
  ])('%s has 1 to %i characters', (field, max) => {
    accepts({ [field]: 'x' });
    accepts({ [field]: 'x'.repeat(max) });
    refuses({ [field]: '' }, 'empty', field);
    refuses({ [field]: 'x'.repeat(max + 1) }, 'too_long', field);
    refuses({ [field]: 1 }, 'wrong_type', field);
  });
  it.each([
    ['event_type', 64],
    ['path', 2048],
    ['user_id', 128],
    ['session_id', 128],
    ['profile_id', 128],
    ['event_id', 128],
    ['referrer', 2048],
  ])('%s counts an emoji as one character', (field, max) => {
    accepts({ [field]: '\u{1F600}'.repeat(max) });
    accepts({ [field]: `\u{1F600}${'x'.repeat(max - 1)}` });
    refuses({ [field]: `\u{1F600}${'x'.repeat(max)}` }, 'too_long', field);
    refuses({ [field]: '\ud83d'.repeat(max + 1) }, 'too_long', field);
    refuses({ [field]: 'x'.repeat(2 * max + 1) }, 'too_long', field);
  });
  it.each(['user_id', 'session_id', 'profile_id', 'event_id', 'referrer', 'properties', 'sent_at'])(
    'a null %s counts as absent',
    (field) => {
      const input = Object.freeze({ ...minimal, [field]: null });
      const result = validateEvent(input, nowMs);
      if (!result.ok) throw new Error(result.message);
      expect(Object.keys(result.event).sort()).toEqual(['event_id', 'event_type', 'path', 'site_id', 'timestamp']);
    },
  );
  it.each(['site_id', 'event_type', 'path'])('a null %s is refused, because it is required', (field) => {
    refuses({ [field]: null, user_id: null }, 'wrong_type', field);
  });
  it('a null timestamp becomes the time of arrival, but is refused with an event_id', () => {
    expect(check({ timestamp: null })).toMatchObject({ ok: true, event: { timestamp: '2026-11-23T12:00:00.000Z' } });
    refuses({ timestamp: null, event_id: 'a' }, 'missing_field', 'timestamp');
  });
  it.each(['pageview', 'page_view', '$pageview'])(
    'event_type %s becomes view, because other tools use that name',
    (event_type) => {
      expect(check({ event_type })).toMatchObject({ ok: true, event: { event_type: 'view' } });
    },
  );
  it.each(['Pageview', 'pageviews', 'page'])('event_type %s is unchanged', (event_type) => {
    expect(check({ event_type })).toMatchObject({ ok: true, event: { event_type } });
  });
  it('path may be empty, for server-side events, and has at most 2048 characters', () => {
    accepts({ path: '' });
    accepts({ path: 'x'.repeat(2048) });
    refuses({ path: 'x'.repeat(2049) }, 'too_long', 'path');
    refuses({ path: undefined }, 'missing_field', 'path');
  });
  it('referrer has at most 2048 characters', () => {
    accepts({ referrer: 'x'.repeat(2048) });
    refuses({ referrer: 'x'.repeat(2049) }, 'too_long', 'referrer');
  });
  it('event_type is required', () => refuses({ event_type: undefined }, 'missing_field', 'event_type'));
});

describe('timestamp', () => {
  it.each([
    '2000-01-01T00:00:00Z',
    '2026-11-24T12:00:00Z',
    '2024-02-29T23:59:59.999999Z',
    '2026-11-23T10:00Z',
    '2026-11-23T16:30:00+05:30',
    '2026-11-23T16:45:00+0545',
    '2026-11-22T20:00:00-14:00',
  ])('accepts %s', (timestamp) => accepts({ timestamp }));
  it.each(['1999-12-31T23:59:59Z', '2026-11-24T12:00:01Z', '2000-01-01T00:00:00+00:01'])(
    'refuses %s, which is not between 2000 and 24 hours from now',
    (timestamp) => refuses({ timestamp }, 'out_of_range', 'timestamp'),
  );
  it.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T10:60:00Z',
    '2026-11-23T10:00:60Z',
    '2026-11-23T10:00:00',
    '2026-11-23 10:00:00Z',
    '2026-11-23',
    '2026-11-23T10:00:00+14:01',
    '2026-11-23T10:00:00+01:60',
    '+010000-01-01T00:00:00Z',
    '0026-11-23T10:00:00Z',
    'infinity',
    'today',
    '1795402076',
    '',
  ])('refuses "%s", which is not a valid ISO 8601 time with a zone', (timestamp) => {
    expect(check({ timestamp })).toMatchObject({ ok: false, field: 'timestamp' });
  });
  it('refuses a number', () => refuses({ timestamp: 1_795_402_076 }, 'wrong_type', 'timestamp'));
  it('is the time of arrival if absent', () => {
    expect(check({ timestamp: undefined })).toMatchObject({
      ok: true,
      event: { timestamp: '2026-11-23T12:00:00.000Z' },
    });
  });
  it('is truncated to microseconds, because Postgres would round it, possibly into another month', () => {
    expect(check({ timestamp: '2026-10-31T23:59:59.999999999Z' })).toMatchObject({
      ok: true,
      event: { timestamp: '2026-10-31T23:59:59.999999Z' },
    });
  });
});

describe('event_id', () => {
  it('keeps a UUID, in lower case', () => {
    expect(check({ event_id: '0190A5B0-7C3D-7000-8000-00000000ABCD' })).toMatchObject({
      event: { event_id: '0190a5b0-7c3d-7000-8000-00000000abcd' },
    });
  });
  it('maps any other string to the same UUID every time', () => {
    expect(check({ event_id: 'order-1' })).toMatchObject({
      event: { event_id: 'bdbd2f43-3348-5db9-8d7d-d1b24829e456' },
    });
  });
  it('accepts a lone surrogate like any other character', () => accepts({ event_id: '\ud800' }));
  it('is a new UUIDv7 if absent', () => {
    const [one, two] = [check({}), check({})];
    if (!one.ok || !two.ok) throw new Error('refused');
    expect(one.event.event_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(one.event.event_id).not.toBe(two.event.event_id);
  });
  it('requires a timestamp, so that a retry is the same row', () => {
    refuses({ event_id: 'a', timestamp: undefined }, 'missing_field', 'timestamp');
  });
});

describe('properties', () => {
  it('accepts up to 64 keys, five levels and 8 KB', () => {
    accepts({ properties: keys(64) });
    accepts({ properties: nested(5) });
    accepts({ properties: ofBytes(8_192) });
    accepts({ properties: { list: [1, 'a', null, true, { b: [] }] } });
    accepts({ properties: {} });
  });
  it('refuses more', () => {
    refuses({ properties: keys(65) }, 'too_complex', 'properties');
    refuses({ properties: nested(6) }, 'too_complex', 'properties');
    refuses({ properties: { list: [[[[[]]]]] } }, 'too_complex', 'properties');
    refuses({ properties: ofBytes(8_193) }, 'too_complex', 'properties');
    refuses({ properties: { a: 'é'.repeat(4_100) } }, 'too_complex', 'properties');
    refuses({ properties: { list: Array.from({ length: 100_000 }, () => 1) } }, 'too_complex', 'properties');
  });
  it('refuses 100,000 levels without a stack overflow', () => {
    refuses(
      { properties: JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) },
      'too_complex',
      'properties',
    );
  });
  it('refuses a number that is valid JSON but too large for JavaScript', () => {
    refuses({ properties: JSON.parse('{"a":1e999}') }, 'out_of_range', 'properties.a');
  });
  it.each([[[]], ['text'], [1]])('refuses %j, which is not an object', (properties) =>
    refuses({ properties }, 'wrong_type', 'properties'),
  );
});

describe('the event as a whole', () => {
  it.each([[null], ['text'], [1], [[]], [true], [undefined]])('refuses %j', (input) => {
    expect(validateEvent(input, nowMs)).toMatchObject({ ok: false });
  });
  it('refuses an unknown field by its name', () => {
    refuses({ colour: 'red' }, 'unknown_field', 'colour');
    refuses(JSON.parse('{"constructor":1}'), 'unknown_field', 'constructor');
  });
  it('refuses __proto__ without prototype pollution', () => {
    const input = JSON.parse('{"site_id":"a","event_type":"view","path":"/","__proto__":{"polluted":1}}');
    expect(validateEvent(input, nowMs)).toMatchObject({ ok: false, reason: 'unknown_field' });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
  it('names field and rule in the message', () => {
    expect(check({ user_id: 'x'.repeat(129) })).toMatchObject({ message: 'user_id must have at most 128 characters' });
  });
});

describe('serializeEvent', () => {
  const text = (fields: object) => {
    const result = check(fields);
    if (!result.ok) throw new Error(result.message);
    return JSON.parse(serializeEvent(result.event));
  };
  it('replaces NUL and lone surrogates, even in keys, because Postgres cannot store them', () => {
    const event = text({ path: '/a\0b', properties: { 'k\0': ['\ud800', { x: 'ok\udfff' }] } });
    expect(event.path).toBe('/a\uFFFDb');
    expect(event.properties).toEqual({ 'k\uFFFD': ['\uFFFD', { x: 'ok\uFFFD' }] });
  });
  it('leaves everything else unchanged', () => {
    const fields = { path: '/ü/\u{1F600}\\u0000', user_id: '"\t\u0001', properties: { n: 1.5, nothing: null } };
    expect(text(fields)).toMatchObject(fields);
  });
});
