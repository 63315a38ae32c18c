import { expect, it } from 'vitest';
import { missingEvents } from '../src/operator/accounts.ts';

const hour = { received: 10, stored: 4, duplicate: 1, rejected: 2, dead_lettered: 1, in_flight: 2 };

it('finds nothing missing when each event has one outcome', () => {
  expect(missingEvents(hour)).toBe(0);
});

it('counts events without an outcome, and events with two', () => {
  expect(missingEvents({ ...hour, stored: 1 })).toBe(3);
  expect(missingEvents({ ...hour, in_flight: 3 })).toBe(-1);
});
