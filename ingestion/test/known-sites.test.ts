import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { dayMs } from '@millrace/shared/time/durations';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type KnownSites, openSites } from '../src/sites/known-sites.js';

let database: TestDatabase;
let opened: KnownSites[];
beforeEach(async () => {
  database = await createTestDatabase();
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((sites) => sites.close()));
  await database.drop();
});

async function open(url: string | undefined = database.url): Promise<KnownSites> {
  const sites = openSites(url, silent, { everyMs: 20, retryAfterMs: 20 });
  opened.push(sites);
  await sites.firstAttempt;
  return sites;
}
const today = () => Math.floor(Date.now() / dayMs);
const sql = async (text: string) => (await database.pool.query(text)).rows;

it('shares one salt per day between all processes', async () => {
  const processes = await Promise.all([open(), open(), open()]);
  const salts = processes.map((sites) => sites.salts()!.get(today())!.toString('hex'));
  expect(salts[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(salts).size).toBe(1);
});

it("keeps yesterday's salt, and deletes older ones", async () => {
  await sql(
    `insert into visitor_salts (day, salt) select (now() at time zone 'UTC')::date - back, 'x' from generate_series(1, 3) as back`,
  );
  const sites = await open();
  expect([today() - 2, today() - 1, today()].map((day) => sites.salts()!.has(day))).toEqual([false, true, true]);
  expect(await sql(`select 1 from visitor_salts where day < (now() at time zone 'UTC')::date - 1`)).toEqual([]);
});

it('picks up changed settings of sites, and uses defaults for all others', async () => {
  const sites = await open();
  expect(sites.settingsOf('shop')).toEqual({ hostnames: [], off: [], sessionMinutes: 30 });
  await sql(
    `insert into sites (site_id, hostnames, enrichment_off, session_minutes) values ('shop', '{shop.example}', '{location}', 45)`,
  );
  await eventually(async () => sites.settingsOf('shop')!.sessionMinutes === 45, 'the settings are loaded');
  expect(sites.settingsOf('shop')).toEqual({ hostnames: ['shop.example'], off: ['location'], sessionMinutes: 45 });
});

it('has no settings until the database has responded once, and then keeps them while it is unreachable', async () => {
  await sql('alter table visitor_salts rename to hidden');
  const sites = await open();
  expect([sites.settingsOf('shop')?.sessionMinutes, sites.salts()!.size]).toEqual([30, 0]);
  await sql('alter table hidden rename to visitor_salts');
  await eventually(async () => sites.salts()!.has(today()), 'the salt is loaded');
  await sql('alter table visitor_salts rename to hidden');
  expect(sites.salts()!.has(today())).toBe(true);
  const unreachable = await open('postgres://unreachable@127.0.0.1:1/nothing');
  expect(unreachable.settingsOf('shop')).toBeUndefined();
});

it('uses defaults for all sites, and identifies no visitors, without a database', async () => {
  const sites = openSites(undefined, silent);
  expect([sites.settingsOf('shop')?.off, sites.salts()]).toEqual([[], undefined]);
});
