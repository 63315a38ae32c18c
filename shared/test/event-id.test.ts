import { newId, toEventId } from '@millrace/shared/contract/event-id';
import { validate, version } from 'uuid';
import { expect, it } from 'vitest';

const nowMs = Date.UTC(2026, 10, 23, 12, 0, 0);

it('creates distinct UUIDs of version 7 in chronological order', () => {
  const ids = Array.from({ length: 5_000 }, (_, index) => newId(nowMs + Math.floor(index / 10)));
  expect(ids.every((id) => validate(id) && version(id) === 7 && id.length === 36)).toBe(true);
  expect(new Set(ids).size).toBe(5_000);
  const times = ids.map((id) => Number.parseInt(id.replace('-', '').slice(0, 12), 16));
  expect(times).toEqual(ids.map((_, index) => nowMs + Math.floor(index / 10)));
});

it('varies every random digit', () => {
  const ids = Array.from({ length: 2_000 }, () => newId(nowMs));
  for (const place of [15, 16, 17, 19, 20, 21, 22, ...Array.from({ length: 12 }, (_, index) => 24 + index)]) {
    const seen = new Set(ids.map((id) => id[place]));
    expect(seen.size, `place ${place}`).toBe(place === 19 ? 4 : 16);
  }
});

it('keeps a UUID in lower case, and maps any other text to the same UUID every time', () => {
  const uuid = '6D8A1C9E-53F4-4B0E-9D53-2F1F3A4C7B10';
  expect(toEventId(uuid, nowMs)).toBe(uuid.toLowerCase());
  expect(toEventId('order-1', nowMs)).toBe(toEventId('order-1', nowMs + 1));
  expect(version(toEventId('order-1', nowMs))).toBe(5);
});
