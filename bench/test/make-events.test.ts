import { validateEvent } from '@millrace/shared/contract/event';
import { expect, it } from 'vitest';
import { makeBacklog, makeEvents } from '../src/load/make-events.js';

const now = Date.UTC(2025, 10, 14, 12);
const share = (part: number, whole: number) => Math.round((part / whole) * 10) / 10;

it('makes a backlog of valid events with unique ids over the two days before now', () => {
  const batches = [...makeBacklog(5_000, 1_000, now)];
  const events = batches.flat();
  expect(batches.map(({ length }) => length)).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
  expect(events.map((event) => validateEvent(event, now)).filter(({ ok }) => !ok)).toEqual([]);
  expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(5_000);
  expect(new Set(events.map(({ timestamp }) => timestamp?.slice(0, 10)))).toEqual(
    new Set(['2025-11-12', '2025-11-13', '2025-11-14']),
  );
});

it('makes events as varied as real ones, the same for the same seed', () => {
  const events = makeEvents(5_000);
  expect(makeEvents(5_000)).toEqual(events);
  const withField = (field: keyof (typeof events)[0]) => share(events.filter((event) => field in event).length, 5_000);
  expect([withField('user_id'), withField('referrer'), withField('properties')]).toEqual([0.9, 0.5, 0.3]);
  expect(new Set(events.map(({ site_id }) => site_id)).size).toBe(8);
  expect(new Set(events.map(({ path }) => path)).size).toBeGreaterThan(500);
});
