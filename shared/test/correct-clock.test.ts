/** `sent_at` corrects a client clock that is wrong by more than a minute, and nothing else. */
import { validateEvent } from '@millrace/shared/contract/event';
import { expect, it } from 'vitest';

const nowMs = Date.UTC(2026, 10, 23, 12, 0, 0);
const base = { site_id: 'demo', event_type: 'view', path: '/', event_id: 'a' };

function check(fields: object, sent_at?: string) {
  const result = validateEvent({ ...base, ...(sent_at && { sent_at }), ...fields }, nowMs);
  if (!result.ok) return result.reason;
  const { timestamp, client_time, properties } = result.event;
  return { timestamp, client_time, properties };
}

it.each([
  ['2026-11-24T08:00:00Z', '2026-11-24T08:00:20Z', '2026-11-23T11:59:40.000Z'],
  ['2026-11-23T10:00:00.123456Z', '2026-11-23T10:00:01Z', '2026-11-23T11:59:59.123456Z'],
  ['2026-11-23T15:00:00+05:30', '2026-11-23T09:30:00Z', '2026-11-23T12:00:00.000Z'],
  ['1970-01-01T00:00:10Z', '1970-01-01T00:01:00Z', '2026-11-23T11:59:10.000Z'],
  ['2045-01-01T00:00:00Z', '2045-01-01T00:00:00Z', '2026-11-23T12:00:00.000Z'],
  ['2026-11-23T10:00:00Z', '2026-11-23T11:58:59Z', '2026-11-23T10:01:01.000Z'],
])('an event at %s, sent at %s by the client clock, happened at %s', (timestamp, sentAt, corrected) => {
  const properties = { client_timestamp: timestamp };
  expect(check({ timestamp }, sentAt)).toEqual({ timestamp: corrected, client_time: timestamp, properties });
});

it.each(['2026-11-23T11:59:00Z', '2026-11-23T12:01:00Z'])(
  'sent at %s, a minute from arrival, is not corrected',
  (sentAt) => {
    const timestamp = '2026-11-23T10:00:00Z';
    expect(check({ timestamp }, sentAt)).toEqual({ timestamp, client_time: timestamp, properties: undefined });
  },
);

it("keeps the client's own property client_timestamp", () => {
  const properties = { client_timestamp: 'mine', n: 1 };
  expect(check({ timestamp: '2026-11-23T10:00:00Z', properties }, '2026-11-23T10:00:00Z')).toMatchObject({
    properties,
  });
});

it('also corrects an event without an id, whose retries cannot be recognised anyway', () => {
  const timestamp = '2026-11-23T10:00:00Z';
  expect(check({ timestamp, event_id: undefined }, timestamp)).toEqual({
    timestamp: '2026-11-23T12:00:00.000Z',
    client_time: undefined,
    properties: { client_timestamp: timestamp },
  });
});

it('changes nothing for an event without a timestamp', () => {
  expect(check({ event_id: undefined }, '2020-01-01T00:00:00Z')).toEqual({
    timestamp: '2026-11-23T12:00:00.000Z',
    client_time: undefined,
    properties: undefined,
  });
});

it('refuses a corrected time that is out of range, and an invalid time', () => {
  expect(check({ timestamp: '2026-11-26T10:00:00Z' }, '2026-11-23T10:00:00Z')).toBe('out_of_range');
  expect(check({ timestamp: '9999-12-31T00:00:00Z' }, '2000-01-01T00:00:00Z')).toBe('out_of_range');
  expect(check({ timestamp: '2026-11-23T10:00:00Z', sent_at: 'yesterday' })).toBe('bad_format');
  expect(check({ timestamp: '2026-11-23T10:00:00Z', sent_at: 1 })).toBe('wrong_type');
});

it('stores a timestamp up to 24 hours ahead unchanged without sent_at', () => {
  const timestamp = '2026-11-24T12:00:00Z';
  expect(check({ timestamp })).toEqual({ timestamp, client_time: undefined, properties: undefined });
});
