/** At its start, every service waits for the schema of its release and refuses one of a newer major version. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { afterAll, beforeAll, expect, it } from 'vitest';

const services: [service: string, script: string][] = [
  ['ingestion', 'main'],
  ['processor', 'main'],
  ['reporting', 'main'],
  ['reporting', 'worker'],
  ['scheduler', 'main'],
];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const spawn = (service: string, script: string) => spawnService(service, { DATABASE_URL: database.url }, [], script);

const exited = ({ child }: SpawnedService) =>
  new Promise<number | null>((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode);
    else child.once('exit', resolve);
  });

it.each(services.slice(1))('%s %s waits for the migrations of its release', async (service, script) => {
  await database.pool.query(`update migrations set name = 'missing' where name = '0009_alerts.sql'`);
  const running = await spawn(service, script);
  const says = (text: string) => running.log.some((line) => JSON.stringify(line).includes(text));
  await eventually(async () => says('The database lacks migration 0009_alerts.sql'), 'it says what is missing');
  expect((await fetch(`${running.url}/health/ready`)).status).toBe(503);
  await database.pool.query(`update migrations set name = '0009_alerts.sql' where name = 'missing'`);
  await eventually(async () => (await fetch(`${running.url}/health/ready`)).ok, 'it is ready');
  expect(await running.end()).toBe(0);
});

it.each(services)(
  '%s %s exits with a clear message when the schema is of a newer major version',
  async (service, script) => {
    await database.pool.query('update schema_major set major = 2');
    const running = await spawn(service, script);
    expect(await exited(running)).toBe(1);
    expect(running.log.map(({ msg }) => msg)).toContainEqual(
      'The database has schema version 2 from a newer release of Millrace; this release works with version 1. Update this service.',
    );
    await database.pool.query('update schema_major set major = 1');
  },
);
