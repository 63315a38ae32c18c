import { expect, it } from 'vitest';
import { createNameVisitor } from '../../src/enrich/name-visitor.js';

const dayMs = 86_400_000;
const midnight = Date.parse('2026-11-27T00:00:00Z');
const today = midnight / dayMs;
const salts = new Map([
  [today - 1, Buffer.alloc(32, 1)],
  [today, Buffer.alloc(32, 2)],
]);
const ada = { siteId: 'shop', address: '203.0.113.7', userAgent: 'Firefox', sessionMinutes: 30 };
const at = (minutes: number) => ({ ...ada, timestamp: new Date(midnight + minutes * 60_000).toISOString() });
const nowOf = (minutes: number) => midnight + minutes * 60_000;

it('gives a visitor one id a day, and a different one for another site, address or user agent', () => {
  const name = createNameVisitor();
  const first = name(at(60), salts, nowOf(60));
  expect(first).toMatch(/^~[\w-]{22}$/);
  expect(name(at(23 * 60), salts, nowOf(23 * 60))).toBe(first);
  const others = [
    { siteId: 'other' },
    { address: '203.0.113.8' },
    { userAgent: 'Safari' },
    { timestamp: '2026-11-26T12:00:00Z' },
  ];
  const names = others.map((other) => name({ ...at(60), ...other }, salts, nowOf(60)));
  expect(new Set([first, ...names]).size).toBe(5);
});

it('keeps the id of a visit that continues past midnight until there is a gap', () => {
  const name = createNameVisitor();
  const before = name(at(-5), salts, nowOf(-5));
  expect(name(at(5), salts, nowOf(5))).toBe(before);
  expect(name(at(34), salts, nowOf(34))).toBe(before);
  const after = name(at(65), salts, nowOf(65));
  expect(after).not.toBe(before);
  expect(name(at(70), salts, nowOf(70))).toBe(after);
});

it('does not continue a visit that has ended', () => {
  const name = createNameVisitor();
  const before = name(at(-29), salts, nowOf(-29));
  expect(name(at(2), salts, nowOf(2))).not.toBe(before);
  const longer = { sessionMinutes: 60 };
  const other = createNameVisitor();
  const early = other({ ...at(-29), ...longer }, salts, nowOf(-29));
  expect(other({ ...at(2), ...longer }, salts, nowOf(2))).toBe(early);
});

it('uses the salt of the day on which the event happened, however late it arrives', () => {
  const name = createNameVisitor();
  const before = name(at(-600), salts, nowOf(-600));
  expect(name(at(-590), salts, nowOf(300))).toBe(before);
});

it('uses the salt of the day of arrival if that of its own day was deleted', () => {
  const name = createNameVisitor();
  const now = name(at(300), salts, nowOf(300));
  expect(name(at(-3 * 1_440), salts, nowOf(300))).toBe(now);
});

it('returns no id until the salt of the day is loaded', () => {
  expect(createNameVisitor()(at(1_441), salts, nowOf(1_441))).toBeUndefined();
});
