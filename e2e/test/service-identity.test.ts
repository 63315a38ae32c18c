/** Every service states its name and version and links its documentation at `/` and in `/health`. */
import { readFileSync } from 'node:fs';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { afterAll, beforeAll, expect, it } from 'vitest';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it.each([
  ['ingestion', 'main'],
  ['processor', 'main'],
  ['scheduler', 'main'],
  ['reporting', 'main'],
  ['reporting', 'worker'],
])('%s (%s) names itself, its version and its documentation', async (folder, script) => {
  const service: SpawnedService = await spawnService(folder, { DATABASE_URL: database.url }, [], script);
  try {
    const about = await fetch(service.url);
    const name = script === 'main' ? folder : `${folder}-${script}`;
    expect(about.status).toBe(200);
    expect(await about.json()).toEqual({
      service: name,
      version,
      docs: expect.stringMatching(/^(docs\/\w+\.md|ARCHITECTURE\.md|\/docs)$/),
    });
    expect(await (await fetch(`${service.url}/health`)).json()).toMatchObject({ version });
  } finally {
    await service.end();
  }
});
