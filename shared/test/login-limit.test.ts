import { createLoginLimit } from '@millrace/shared/access/login-limit';
import { expect, it } from 'vitest';

it('counts addresses of one IPv6 network together, and treats IPv4-mapped addresses as IPv4', () => {
  const limit = createLoginLimit(() => 0, 2);
  expect(limit.attempt('2001:db8:1:2:3::1')).toBe(0);
  expect(limit.attempt('2001:db8:1:2::9')).toBe(0);
  expect(limit.attempt('2001:db8:1:2:ffff:ffff:ffff:ffff')).toBe(60);
  expect(limit.attempt('2001:db8:1:3::1')).toBe(0);
  expect(limit.attempt('2001:db8::1')).toBe(0);
  expect(limit.attempt('192.0.2.1')).toBe(0);
  expect(limit.attempt('::ffff:192.0.2.1')).toBe(0);
  expect(limit.attempt('192.0.2.1')).toBe(60);
  expect(limit.attempt('192.0.2.2')).toBe(0);
});

it('forgets attempts that succeeded, and old failures', () => {
  let now = 0;
  const limit = createLoginLimit(() => now, 2);
  limit.attempt('a');
  limit.forgive('a');
  limit.attempt('a');
  now = 20_000;
  limit.attempt('a');
  expect(limit.attempt('a')).toBe(40);
  now = 60_000;
  expect(limit.attempt('a')).toBe(0);
  expect(limit.attempt('a')).toBe(20);
});
