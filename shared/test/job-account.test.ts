import { accountedId, hourOf, newProcessId, readJobAccount } from '@millrace/shared/contract/job-account';
import { expect, it } from 'vitest';

const madeMs = Date.UTC(2026, 10, 14, 10, 59, 59, 999);
const later = Date.UTC(2026, 10, 14, 23, 0, 0);

it('are UUIDs that contain process, sequence number and time', () => {
  for (const [process, seq] of [
    [1, 1],
    [2 ** 36 - 1, 2 ** 36 - 1],
    [newProcessId(), 123_456_789],
  ] as const) {
    const id = accountedId(process, seq, madeMs);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(readJobAccount(id, 5, later)).toEqual({ process, seq, hour: '2026-11-14T10:00:00.000Z', events: 5 });
  }
});

it('sort chronologically', () => {
  const ids = Array.from({ length: 300 }, (_each, index) => accountedId(7, index + 1, madeMs + Math.floor(index / 10)));
  expect([...ids].sort()).toEqual(ids);
});

it.each([
  'replay-0190a5b0-7c3d-7000-8000-000000000001-abcdef',
  '0190a5b0-7c3d-7000-8000-000000000001',
  'a',
  accountedId(1, 1, 1),
])('of another kind, such as %s, are accounted to the hour in which the job was added', (id) => {
  const account = readJobAccount(id, 1, later);
  expect(account).toEqual({ process: 0, seq: expect.any(Number), hour: hourOf(later), events: 1 });
  expect(readJobAccount(id, 1, later)).toEqual(account);
  expect(Number.isSafeInteger(account.seq)).toBe(true);
});

it('are limited to the number of events that the database column can store', () => {
  expect(readJobAccount('a', Number.MAX_SAFE_INTEGER, later).events).toBe(2_147_483_647);
});
