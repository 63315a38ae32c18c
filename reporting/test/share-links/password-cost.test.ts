import { expect, it } from 'vitest';
import { createPasswords } from '../../src/share-links/passwords.js';

it('stores a password with its own salt and cost', async () => {
  const passwords = createPasswords();
  const [one, other] = [await passwords.hash('correct horse'), await passwords.hash('correct horse')];
  expect(one).toMatch(/^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  expect(one).not.toBe(other);
  expect(await passwords.matches('correct horse', one)).toBe(true);
  expect(await passwords.matches('correct horse ', one)).toBe(false);
});

it('checks passwords that were hashed at another cost', async () => {
  const kept = await createPasswords({ log2N: 4, r: 8, p: 1 }).hash('correct horse');
  expect(await createPasswords().matches('correct horse', kept)).toBe(true);
});

it('checks one password at a time, and refuses when too many are waiting', async () => {
  const passwords = createPasswords({ log2N: 4, r: 8, p: 1 });
  const kept = await passwords.hash('correct horse');
  const pending = Array.from({ length: 30 }, () => passwords.matches('correct horse', kept));
  const outcomes = await Promise.allSettled(pending);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
  expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'rate_limited' } });
  expect(await passwords.matches('correct horse', kept)).toBe(true);
});
