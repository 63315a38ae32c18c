/** Geo lookups with every common kind of database, and databases that change while the service runs. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocator, type Locator } from '../../src/enrich/locate.ts';
import { writeMmdb } from './write-mmdb.ts';

let folder: string;
let file: string;
let lines: string[];
let locator: Locator | undefined;

const logger = { info: note, warn: note };
function note(_fields: unknown, message?: string): void {
  lines.push(message ?? '');
}

async function open(database?: Buffer): Promise<Locator['locate']> {
  if (database !== undefined) writeFileSync(file, database);
  locator = await createLocator({ geoDb: database && file, logger, checkEveryMs: 20 });
  return locator.locate;
}

/** Replaces the file atomically, like tools that update databases. */
function replace(database: Buffer): void {
  writeFileSync(`${file}.new`, database);
  renameSync(`${file}.new`, file);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-geo-'));
  file = join(folder, 'geo.mmdb');
  lines = [];
});
afterEach(() => {
  locator?.close();
  locator = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const german = { '8.0.0.0/8': { country: { iso_code: 'DE' } } };
const french = { '8.0.0.0/8': { country: { iso_code: 'FR' } } };
const refused = 'the geo database is unreadable; keeping the previous data';
const taken = 'read the geo database';

describe('the bundled data', () => {
  it('contain well-known addresses in every notation', async () => {
    const locate = await open();
    const countries = [
      ...['8.8.8.8', '::ffff:8.8.8.8', '::ffff:808:808', '[::ffff:8.8.8.8]:443', '2001:4860:4860::8888', '193.0.6.139'],
      ...['2001:67c:2e8:22::c100:68b', '202.12.29.205', '200.3.14.10', '114.114.114.114', '129.132.0.1'],
    ].map((address) => locate(address).country);
    expect(countries).toEqual(['US', 'US', 'US', 'US', 'US', 'NL', 'NL', 'AU', 'UY', 'CN', 'CH']);
    expect(lines).toEqual([]);
  });

  it.each([
    ...['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.1.1', '127.0.0.1', '0.0.0.0', '100.64.0.1'],
    ...[
      '::1',
      '::',
      'fd12:3456::1',
      'fe80::1%eth0',
      '::ffff:192.168.1.1',
      '',
      'unknown',
      '999.1.1.1',
      '8.8.8',
      '__proto__',
    ],
  ])('leave %j to the time zone of the browser', async (address) => {
    const locate = await open();
    expect([locate(address), locate(address, 'Europe/Berlin')]).toEqual([{}, { country: 'DE' }]);
  });

  it('take precedence over the time zone, which travels with its owner', async () => {
    expect((await open())('8.8.8.8', 'Europe/Berlin')).toEqual({ country: 'US' });
  });
});

describe('a configured database', () => {
  const record = {
    country: { iso_code: 'DE', names: { de: 'Deutschland', en: 'Germany' } },
    subdivisions: [{ iso_code: 'BY', names: { de: 'Bayern', en: 'Bavaria' } }],
    city: { names: { de: 'München', en: 'Munich' } },
  };

  it.each([
    ['GeoLite2 and DB-IP City', record, { country: 'DE', region: 'Bavaria', city: 'Munich' }],
    ['GeoLite2 Country', { country: { iso_code: 'DE', geoname_id: 2921044 } }, { country: 'DE' }],
    ['a satellite', { registered_country: { iso_code: 'US' } }, { country: 'US' }],
    ['IPinfo Lite', { country: 'Germany', country_code: 'DE', asn: 'AS3320' }, { country: 'DE' }],
    ['IPinfo Country', { country: 'de', country_name: 'Germany' }, { country: 'DE' }],
    [
      'IPinfo City',
      { country: 'DE', region: 'Bavaria', city: 'Munich' },
      { country: 'DE', region: 'Bavaria', city: 'Munich' },
    ],
    ['ip-location-db', { country_code: 'DE', state1: 'Bavaria', city: '' }, { country: 'DE', region: 'Bavaria' }],
    ['IP2Location', { country: { iso_code: 'DE' }, city: { names: { en: '-' } } }, { country: 'DE' }],
    ['Kosovo', { country: { iso_code: 'XK' } }, { country: 'XK' }],
    ['long names', { country_code: 'DE', city: 'é'.repeat(140) }, { country: 'DE', city: 'é'.repeat(128) }],
  ])('may have the format of %s', async (_maker, fields, expected) => {
    const locate = await open(writeMmdb({ '8.0.0.0/8': fields, '2a00::/16': fields }));
    expect([locate('8.8.8.8'), locate('::ffff:8.8.8.8'), locate('2a00:1450::1')]).toEqual([
      expected,
      expected,
      expected,
    ]);
  });

  it('replaces the bundled data: unknown addresses are left to the time zone', async () => {
    const locate = await open(
      writeMmdb({ ...german, '9.0.0.0/8': { country: { iso_code: 'EU' } }, '10.0.0.0/8': french['8.0.0.0/8'] }),
    );
    expect(['1.1.1.1', '9.9.9.9', '10.0.0.1'].map((address) => locate(address, 'Asia/Tokyo'))).toEqual([
      { country: 'JP' },
      { country: 'JP' },
      { country: 'JP' },
    ]);
  });

  it('with only IPv4 has no locations for IPv6', async () => {
    const locate = await open(writeMmdb({ '32.0.0.0/8': { country_code: 'DE' } }, 4));
    expect([locate('32.1.2.3'), locate('2001:4860::1')]).toEqual([{ country: 'DE' }, {}]);
  });

  it('may have different locations within a small network, in whatever order they are looked up', async () => {
    const locate = await open(
      writeMmdb({
        '8.8.8.0/25': { country_code: 'DE' },
        '8.8.8.128/25': { country_code: 'FR' },
        '9.0.0.0/8': { country_code: 'AT' },
      }),
    );
    const addresses = ['8.8.8.200', '8.8.8.1', '8.8.8.200', '9.9.9.1', '9.9.9.200', '8.8.9.1'];
    expect(addresses.map((address) => locate(address).country)).toEqual(['FR', 'DE', 'FR', 'AT', 'AT', undefined]);
  });

  it('that is damaged in one place still works for the rest', async () => {
    const bytes = writeMmdb({ ...german, '9.0.0.0/8': { country_code: 'FR' } });
    // The type of the field: there is no type with this number.
    bytes[bytes.lastIndexOf('country_code') - 1] = 0;
    const locate = await open(bytes);
    expect([locate('8.8.8.8'), locate('9.9.9.9'), locate('9.9.9.9', 'Asia/Tokyo')]).toEqual([
      { country: 'DE' },
      {},
      { country: 'JP' },
    ]);
  });

  it('is reloaded when the file is replaced', async () => {
    const locate = await open(writeMmdb(german));
    expect(locate('8.8.8.8')).toEqual({ country: 'DE' });
    replace(writeMmdb(french));
    await eventually(async () => locate('8.8.8.8').country === 'FR', 'the new file is used');
    expect(lines).toEqual([taken, taken]);
  });

  it('stays in use while its replacement is broken, logs this once, and is replaced once the file is complete', async () => {
    const locate = await open(writeMmdb(german));
    const whole = writeMmdb(french);
    for (const broken of [whole.subarray(0, 600), Buffer.from('<html>503</html>'), Buffer.alloc(0)]) {
      replace(broken);
      await eventually(async () => lines.includes(refused), 'the broken file is refused');
    }
    rmSync(file);
    expect(locate('8.8.8.8')).toEqual({ country: 'DE' });
    replace(whole);
    await eventually(async () => locate('8.8.8.8').country === 'FR', 'the whole file is used');
    expect(lines).toEqual([taken, refused, taken]);
  });

  it.each([
    ['is missing', undefined],
    ['is another kind of file', Buffer.from('PK\x03\x04 a zip file')],
    ['is truncated at the end', writeMmdb(german).subarray(0, -40)],
    ['is truncated at the start', writeMmdb(german).subarray(300)],
    ['has networks but no countries', writeMmdb({ '8.0.0.0/8': { autonomous_system_number: 15169 } })],
    ['has strings instead of records', writeMmdb({ '8.0.0.0/8': 'DE' })],
  ])('that %s at startup leaves the bundled data in use until it is readable', async (_fault, bytes) => {
    if (bytes) writeFileSync(file, bytes);
    locator = await createLocator({ geoDb: file, logger, checkEveryMs: 20 });
    expect([locator.locate('8.8.8.8'), lines]).toEqual([{ country: 'US' }, [refused]]);
    replace(writeMmdb(german));
    await eventually(async () => locator!.locate('8.8.8.8').country === 'DE', 'the good file is used');
  });
});
