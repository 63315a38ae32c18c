/** API keys, their cache, and `npm run keys`. */
import { Writable } from 'node:stream';
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey, listKeys, registerKey, revokeKey } from '@millrace/shared/access/keys';
import { clientOf, createRateLimit, parseProxies } from '@millrace/shared/access/rate-limit';
import { keysOptions } from '@millrace/shared/commands/keys-options';
import { runKeys } from '@millrace/shared/commands/keys-run';
import { createPool } from '@millrace/shared/platform/postgres';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { urlFor } from '@millrace/shared/testing/service-logins';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let database: TestDatabase;
let clock: number;
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.pool.query('delete from api_keys');
  clock = Date.UTC(2026, 10, 23);
});
afterAll(() => database.drop());

const ring = () => createKeyRing(database.pool, silent, { now: () => clock });
const query = async (sql: string) => (await database.pool.query(sql)).rows;

describe('a key', () => {
  it('is stored only as a hash, and found with its scopes and site', async () => {
    const { id, key } = await createKey(database.pool, { name: 'shop', scopes: ['write'], siteId: 'demo' });
    expect(key).toMatch(/^mr_[A-Za-z0-9_-]{43}$/);
    expect(JSON.stringify(await query('select * from api_keys'))).not.toContain(key.slice(8));
    const keys = ring();
    expect(await keys.find(key)).toEqual({ origins: null, keyId: id, name: 'shop', scopes: ['write'], siteId: 'demo' });
    await keys.close();
  });

  it.each([
    '',
    'mr_',
    'mr_short',
    `mr_${'x'.repeat(43)}`,
    `xx_${'x'.repeat(43)}`,
    `mr_${'x'.repeat(4_000)}`,
    "mr_' or 1=1 --",
  ])('is not recognised in %s', async (text) => {
    const keys = ring();
    expect(await keys.find(text)).toBeUndefined();
    await keys.close();
  });

  it('is valid until it expires', async () => {
    const expired = await createKey(database.pool, {
      name: 'a',
      scopes: ['read'],
      expiresAt: new Date(Date.now() - 1_000),
    });
    const valid = await createKey(database.pool, {
      name: 'b',
      scopes: ['read'],
      expiresAt: new Date(Date.now() + 60_000),
    });
    const keys = ring();
    expect(await keys.find(expired.key)).toBeUndefined();
    expect(await keys.find(valid.key)).toMatchObject({ name: 'b' });
    await keys.close();
  });

  it('is refused everywhere within half a minute after it was revoked', async () => {
    const { id, key } = await createKey(database.pool, { name: 'a', scopes: ['admin'] });
    const keys = ring();
    expect(await keys.find(key)).toBeDefined();
    expect(await revokeKey(database.pool, id)).toBe(true);
    expect(await revokeKey(database.pool, id)).toBe(false);
    clock += 30_000;
    expect(await keys.find(key)).toBeUndefined();
    await keys.close();
  });

  it('stays valid for ten minutes while the database is unreachable, when unknown keys are refused', async () => {
    const { key } = await createKey(database.pool, { name: 'a', scopes: ['read'] });
    const pool = createPool(database.url, silent, { max: 1, statementTimeoutMs: 1_000, applicationName: 'away' });
    const keys = createKeyRing(pool, silent, { now: () => clock });
    expect(await keys.find(key)).toBeDefined();
    pool.query = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
    clock += 300_000;
    expect(await keys.find(key)).toBeDefined();
    await expect(keys.find(`mr_${'x'.repeat(43)}`)).rejects.toThrow('away');
    clock += 600_000;
    await expect(keys.find(key)).rejects.toThrow('away');
    await keys.close();
    await pool.end();
  });

  describe('while the database accepts connections but does not respond', () => {
    const guess = (index: number) => `mr_${String(index).padStart(43, 'x')}`;
    async function open() {
      const { key } = await createKey(database.pool, { name: 'a', scopes: ['read'] });
      const pool = createPool(database.url, silent, { max: 1, statementTimeoutMs: 1_000, applicationName: 'silent' });
      const keys = createKeyRing(pool, silent, { now: () => clock, lookupTimeoutMs: 50 });
      await keys.find(key);
      let lookups = 0;
      let fail = () => {};
      const silence = new Promise<never>((_resolve, reject) => {
        fail = () => reject(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' }));
      });
      pool.query = () => {
        lookups += 1;
        return silence;
      };
      const close = async () => {
        fail();
        await keys.close();
        await pool.end();
      };
      return { key, keys, fail, close, lookups: () => lookups };
    }

    it('cached keys are accepted with one lookup, even a thousand at once', async () => {
      const { key, keys, close, lookups } = await open();
      clock += 300_000;
      const found = await Promise.all(Array.from({ length: 1_000 }, () => keys.find(key)));
      expect(found.every((access) => access?.name === 'a')).toBe(true);
      expect(lookups()).toBe(1);
      await close();
    });

    it('cached keys are accepted even if lookups of unknown keys use all slots, and further unknown keys are refused', async () => {
      const { key, keys, fail, close, lookups } = await open();
      clock += 300_000;
      const guesses = Array.from({ length: 600 }, (_, index) => keys.find(guess(index), `client ${index}`));
      const refused = Promise.allSettled(guesses);
      await expect(guesses.at(-1)).rejects.toMatchObject({ code: 'database_unavailable' });
      expect(await keys.find(key)).toMatchObject({ name: 'a' });
      expect(lookups()).toBe(8);
      fail();
      expect((await refused).every(({ status }) => status === 'rejected')).toBe(true);
      expect(lookups()).toBe(8);
      await close();
    });

    it('more than 500 requests with one unknown key are refused immediately', async () => {
      const { keys, fail, close, lookups } = await open();
      const finds = Array.from({ length: 600 }, () => keys.find(guess(1), 'one client'));
      const settled = Promise.allSettled(finds);
      await expect(finds[500]).rejects.toMatchObject({ code: 'database_unavailable' });
      fail();
      const codes = (await settled).map((each) => (each.status === 'rejected' ? each.reason.code : undefined));
      expect(codes.filter((code) => code === 'database_unavailable')).toHaveLength(100);
      expect(lookups()).toBe(1);
      await close();
    });

    it('it is not queried for a moment after a failure', async () => {
      const { key, keys, fail, close, lookups } = await open();
      clock += 300_000;
      const first = keys.find(guess(1));
      fail();
      await expect(first).rejects.toThrow('silent');
      expect(await keys.find(key)).toMatchObject({ name: 'a' });
      await expect(keys.find(guess(2))).rejects.toThrow('silent');
      expect(lookups()).toBe(1);
      clock += 2_000;
      expect(await keys.find(key)).toMatchObject({ name: 'a' });
      expect(lookups()).toBe(2);
      await close();
    });
  });

  it('records the latest use of all processes, not the time of saving', async () => {
    const { key } = await createKey(database.pool, { name: 'a', scopes: ['read'] });
    const [keys, others] = [ring(), ring()];
    await others.find(key);
    clock += 40_000;
    await keys.find(key);
    clock += 40_000;
    await keys.close();
    await others.close();
    expect((await listKeys(database.pool))[0]).toMatchObject({
      name: 'a',
      lastUsedAt: new Date('2026-11-23T00:00:40Z'),
      hint: key.slice(0, 8),
    });
  });

  it('has its last use saved later if the database was unreachable', async () => {
    const { key } = await createKey(database.pool, { name: 'a', scopes: ['read'] });
    const keys = ring();
    await keys.find(key);
    const { query } = database.pool;
    database.pool.query = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
    await keys.close();
    database.pool.query = query;
    await keys.close();
    expect((await listKeys(database.pool))[0]?.lastUsedAt).toEqual(new Date(clock));
  });

  it('may be registered again without any change', async () => {
    const { key } = await createKey(database.pool, { name: 'first', scopes: ['read'] });
    await registerKey(database.pool, key, { name: 'second', scopes: ['admin'] });
    expect(await query('select name, scopes from api_keys')).toEqual([{ name: 'first', scopes: ['read'] }]);
  });
});

describe('npm run keys', () => {
  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    return runOn(database.url, ...args);
  }

  async function runOn(url: string, ...args: string[]) {
    const said = { out: '', err: '' };
    const into = (name: 'out' | 'err') =>
      new Writable({
        write(chunk, _encoding, done) {
          said[name] += chunk;
          done();
        },
      });
    const code = await runKeys(args, { stdout: into('out'), stderr: into('err'), databaseUrl: () => url });
    return { code, ...said };
  }

  it('explains in one sentence that a user of a service may not create keys', async () => {
    const url = urlFor('reporting', database.url);
    expect(await runOn(url, 'create', '--name', 'x', '--scope', 'read')).toEqual({
      ...{ code: 1, out: '' },
      err: `keys: The database user ${new URL(url).username} may not do this (permission denied for table api_keys). Run the command as the owner of the tables.\n`,
    });
  });

  it('creates a key, lists it without showing it, and revokes it', async () => {
    const made = await run(
      'create',
      '--name',
      'shop',
      '--scope',
      'write',
      '--scope',
      'read',
      '--site',
      'demo',
      '--expires',
      '90d',
    );
    expect(made.out).toMatch(/^mr_\S{43}\n$/);
    const key = made.out.trim();
    const listed = await run('list');
    expect(listed.out).not.toContain(key);
    expect(listed.out).toMatch(/write,read {2}demo +valid until .* never {6}shop\n$/);
    expect(listed.err).toContain('up to a minute late');
    const [header, row] = listed.out.split('\n');
    expect(header).toMatch(/^ID {36}KEY .* {2}NAME$/);
    expect(row!.indexOf('shop')).toBe(header!.indexOf('NAME'));
    const id = /Id (\S+),/.exec(made.err)![1]!;
    expect(await run('revoke', id)).toMatchObject({ code: 0, out: `Revoked ${id}.\n` });
    expect((await run('list')).out).toContain('revoked 20');
    expect(await run('revoke', id)).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no valid key with the id'),
    });
  });

  it.each([
    [[], 'A command is required'],
    [['create'], '--name'],
    [['create', '--name', 'x'], '--scope'],
    [['create', '--name', 'x', '--scope', 'root'], 'not "root"'],
    [['create', '--name', 'x', '--scope', 'read', '--site', 'a b'], '--site'],
    [['create', '--name', 'x', '--scope', 'read', '--expires', 'soon'], '--expires'],
    [['create', '--name', 'x', '--scope', 'write', '--site', 'shop', '--origin', 'shop.example'], '--origin'],
    [['create', '--name', 'x', '--scope', 'write', '--site', 'shop', '--origin', 'https://shop.example/a'], '--origin'],
    [['create', '--name', 'x', '--scope', 'write', '--site', 'shop', '--origin', 'https://*.example'], '--origin'],
    [['create', '--name', 'x', '--scope', 'read', '--site', 'shop', '--origin', 'https://shop.example'], 'is public'],
    [['create', '--name', 'x', '--scope', 'write', '--origin', 'https://shop.example'], 'is public'],
    [['revoke'], 'A command is required'],
    [['list', 'all'], 'A command is required'],
    [['list', '--nonsense'], 'Unknown option'],
  ])('refuses %j', (args, sentence) => {
    expect(keysOptions(args)).toEqual({ kind: 'problem', message: expect.stringContaining(sentence) });
  });
});

describe('a client', () => {
  const trusted = parseProxies('10.0.0.0/8, ::1');
  it.each([
    ['192.0.2.7', undefined, '192.0.2.7'],
    ['::ffff:192.0.2.7', undefined, '192.0.2.7'],
    ['192.0.2.7', '198.51.100.1', '192.0.2.7'],
    ['10.1.1.1', '198.51.100.1', '198.51.100.1'],
    ['10.1.1.1', '1.1.1.1, 198.51.100.1, 10.2.2.2', '198.51.100.1'],
    ['10.1.1.1', 'nonsense', '10.1.1.1'],
    ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['2001:db8::9', undefined, '2001:db8:0:0::/64'],
    ['::1', '2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['0:0:0:0:0:0:0:1', '2001:0DB8:0001:2:ffff::1', '2001:db8:1:2::/64'],
    ['10.1.1.1', '::ffff:c633:6401', '198.51.100.1'],
    ['10.1.1.1', '[::FFFF:198.51.100.1]:443', '198.51.100.1'],
    ['10.1.1.1', '198.51.100.1:443', '198.51.100.1'],
    ['10.1.1.1', '2001:db8:1:2:3:4:5:6:443', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', undefined, 'fe80:0:0:0::/64'],
  ])('at address %s that forwards for %s is counted as %s', (address, forwarded, client) => {
    expect(clientOf(address, forwarded, trusted)).toBe(client);
  });

  it.each(['nonsense', '10.0.0.0/x', '10.0.0.0/99', 'example.org'])(
    'cannot be trusted with the invalid list %s',
    (list) => {
      expect(() => parseProxies(list)).toThrow();
    },
  );

  it('gets no refund for a period that has ended', async () => {
    const limit = createRateLimit(100, 1);
    expect(await limit.consume('one', 100)).toBeUndefined();
    await eventually(async () => (await limit.waitOf('one')) === undefined, 'the period is over');
    await limit.refund('one', 100);
    expect(await limit.consume('one', 100)).toBeUndefined();
    expect(await limit.consume('one', 1)).toBe(1);
  });

  it('has to wait when its limit is used up, without affecting others', async () => {
    const limit = createRateLimit(10, 60);
    expect(await limit.consume('a', 10)).toBeUndefined();
    expect(await limit.consume('a', 1)).toBeGreaterThan(0);
    expect(await limit.consume('b', 10)).toBeUndefined();
    expect(await limit.consume('c', 11)).toBeGreaterThan(0);
  });
});
