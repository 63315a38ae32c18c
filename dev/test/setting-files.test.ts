import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readSettingFiles } from '../src/start/setting-files.js';
import { readStartSettings } from '../src/start/start-settings.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

it('reads variables of commands from files, which services then get as values', () => {
  const env: NodeJS.ProcessEnv = {
    DATABASE_URL_FILE: fileWith('url', 'postgres://db.example/millrace\n'),
    INGESTION_PORT_FILE: fileWith('port', '3123'),
    READ_AUTH_FILE: fileWith('auth', 'key'),
    LINK_SECRET_FILE: '/run/secrets/link_secret',
  };
  readSettingFiles(env);
  expect(env).toEqual({
    DATABASE_URL: 'postgres://db.example/millrace',
    INGESTION_PORT: '3123',
    READ_AUTH: 'key',
    LINK_SECRET_FILE: '/run/secrets/link_secret',
  });
  const settings = readStartSettings(env);
  expect(settings.databaseUrl).toBe('postgres://db.example/millrace');
  expect(settings.services.find(({ name }) => name === 'ingestion')!.port).toBe(3123);
  expect(settings.needsKey.reporting).toBe(true);
});

it('lists all files that cannot be read and all variables that are set twice', () => {
  const missing = join(folder, 'missing');
  const env = { HOST: '::1', HOST_FILE: fileWith('host', '127.0.0.1'), DATABASE_URL_FILE: missing };
  expect(() => readSettingFiles(env)).toThrow(
    `Correct these environment variables:
  HOST and HOST_FILE are both set: remove one of them
  DATABASE_URL_FILE names ${missing}, which cannot be read (ENOENT)`,
  );
});
