/** The host of a referrer, as it arrives and as it is counted. */
import { comparableHost, normalizeReferrer } from '@millrace/shared/contract/normalize-host';
import { referrerHost } from '@millrace/shared/contract/referrer-host';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function hostOf(referrer: string | null, site = 'unknown'): Promise<string> {
  const { rows } = await database.pool.query(
    `select ${referrerHost('$2::text')} as host from (select $1::text as referrer) as events`,
    [referrer, site],
  );
  return rows[0].host;
}

const referrers: [string, string][] = [
  ['https://ref.example/', 'ref.example'],
  ['https://ref.example', 'ref.example'],
  ['https://ref.example:443/', 'ref.example'],
  ['https://ref.example:/', 'ref.example'],
  ['https://www.ref.example/x', 'ref.example'],
  ['https://www.ref.example:8080', 'ref.example'],
  ['HTTPS://Ref.Example/X', 'ref.example'],
  ['https://ref.example./x', 'ref.example'],
  ['https://ref.example.:443/x', 'ref.example'],
  ['https://user:p@ss@ref.example/x', 'ref.example'],
  ['https://ref.example/@user', 'ref.example'],
  ['https://ref.example?u=a@b.example', 'ref.example'],
  ['https://ref.example#https://other.example', 'ref.example'],
  ['//ref.example/x', 'ref.example'],
  ['http:/ref.example/x', 'ref.example'],
  ['http:ref.example/x', 'ref.example'],
  ['https:/Ref.Example:8443/x', 'ref.example'],
  ['https:\\\\ref.example\\x', 'ref.example'],
  ['ref.example/x//y', 'ref.example'],
  ['ref.example:8080/x', 'ref.example'],
  ['ref.example', 'ref.example'],
  ['https://m\u00fcller.example/x', 'xn--mller-kva.example'],
  ['https://M\u00dcLLER.example', 'xn--mller-kva.example'],
  ['https://xn--mller-kva.example/', 'xn--mller-kva.example'],
  ['http://[2001:DB8:0::1]:8080/x', '[2001:db8::1]'],
  ['http://127.1/', '127.0.0.1'],
  ['https://www.com/', 'www.com'],
  ['https://wwwhat.example/', 'wwwhat.example'],
  ['android-app://com.google.android.gm/', 'com.google.android.gm'],
  ['b\u00fccher.example/x', 'xn--bcher-kva.example'],
  ['user@B\u00dcCHER.example:8080?q=\u00fc', 'xn--bcher-kva.example'],
  ['android-app://b\u00fccher.example/x', 'xn--bcher-kva.example'],
  ['ref.example/b\u00fccher', 'ref.example'],
  ['newsletter', 'newsletter'],
  ['about:blank', 'direct'],
  ['javascript:void(0)', 'direct'],
  ['data:text/html,x', 'direct'],
  ['file:///C:/x', 'direct'],
  ['https:///', 'direct'],
  ['https://?q', 'direct'],
  ['/local/page', 'direct'],
  ['ftp://ref.example:21/x', 'ref.example'],
  ['mailto:user@ref.example', 'direct'],
  ['user:word@ref.example', 'direct'],
  ['', 'direct'],
];

it.each(referrers)('%j is %s', async (referrer, host) => {
  expect(await hostOf(normalizeReferrer(referrer))).toBe(host);
});

it.each(referrers)('%j, set as a hostname of a site, is %s too', (referrer, host) => {
  expect(comparableHost(referrer) ?? 'direct').toBe(host);
});

it('does not change text that names no host', () => {
  for (const name of [
    '\u00dcbersicht',
    'Rundmail M\u00e4rz 2026',
    'Rundmail vom 1. M\u00e4rz',
    'about:\u00fc.example',
  ]) {
    expect(normalizeReferrer(name)).toBe(name);
  }
});

it('is direct without a referrer', async () => {
  expect(await hostOf(null)).toBe('direct');
});

it.each([
  ['shop.example', 'shop.example'],
  ['WWW.Shop.Example.:8443', 'shop.example'],
  ['https://www.shop.example/pricing?a=b', 'shop.example'],
  ['//shop.example', 'shop.example'],
  ['shop.example/a//b', 'shop.example'],
  ['m\u00fcller.example', 'xn--mller-kva.example'],
  ['[2001:DB8:0::1]', '[2001:db8::1]'],
  ['localhost:3000', 'localhost'],
  ['', undefined],
  [' ', undefined],
  ['/', undefined],
  ['two words', undefined],
  ['javascript:alert(1)', undefined],
  ['ftp://shop.example', 'shop.example'],
  ['android-app://com.x', 'com.x'],
  ['http://http://x', undefined],
  ['//https://x', undefined],
  ['/x', undefined],
  ['\\x', undefined],
  ['mailto:x@y.z', undefined],
  ['*.shop.example', undefined],
  ['a.example,b.example', undefined],
  ['my_host.example', 'my_host.example'],
])('%j as a hostname of a site is %j', (given, host) => {
  expect(comparableHost(given)).toBe(host);
});

it.each([
  ['https://shop.example/', 'direct'],
  ['https://www.shop.example:8443/x', 'direct'],
  ['HTTPS://user@Shop.Example./x', 'direct'],
  ['//shop.example/x', 'direct'],
  ['shop.example/x', 'direct'],
  ['https://m\u00fcller.example/', 'direct'],
  ['https://ref.shop.example/', 'ref.shop.example'],
  ['https://shop.example.org/', 'shop.example.org'],
  ['https://ref.example/shop.example', 'ref.example'],
  [null, 'direct'],
])('%j is %s for a site on shop.example and m\u00fcller.example', async (referrer, host) => {
  await database.pool.query(`insert into sites (site_id, hostnames) values ('shop', $1) on conflict do nothing`, [
    ['shop.example', comparableHost('m\u00fcller.example')],
  ]);
  expect(await hostOf(referrer && normalizeReferrer(referrer), 'shop')).toBe(host);
});
