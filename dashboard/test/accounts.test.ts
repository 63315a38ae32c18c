import { expect, it } from 'vitest';
import { missingEvents } from '../src/operator/accounts.ts';

const hour = { received: 10, stored: 4, duplicate: 1, rejected: 2, dead_lettered: 1, in_flight: 2 };

it('finds nothing missing where each event is in one place', () => {
  expect(missingEvents(hour)).toBe(0);
});

it('counts what is nowhere, and what is in two places', () => {
  expect(missingEvents({ ...hour, stored: 1 })).toBe(3);
  expect(missingEvents({ ...hour, in_flight: 3 })).toBe(-1);
});
