import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  commonSettings,
  databaseSettings,
  loadConfig,
  queueLocation,
  queueSettings,
} from '@millrace/shared/platform/config';
import { redactUrls } from '@millrace/shared/platform/logger';
import Joi from 'joi';
import { afterAll, describe, expect, it } from 'vitest';

const schema = Joi.object({ ...commonSettings, ...databaseSettings, ...queueSettings });

const folder = mkdtempSync(join(tmpdir(), 'millrace-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('loadConfig', () => {
  it('reports all problems in one message', () => {
    const load = () => loadConfig(schema, { LOG_LEVEL: 'loud', REDIS_PORT: '99999' });
    expect(load).toThrow(/LOG_LEVEL[\s\S]*DATABASE_URL is required[\s\S]*REDIS_PORT/);
  });
  it('treats an empty variable as absent, and returns a frozen result', () => {
    const config = loadConfig(schema, { DATABASE_URL: 'postgres://localhost/m', LOG_LEVEL: '' });
    expect(config).toMatchObject({ LOG_LEVEL: 'info', QUEUE_PREFIX: 'millrace', SHUTDOWN_TIMEOUT_MS: 15_000 });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('reads a variable from the file of NAME_FILE, without the line break', () => {
    const file = join(folder, 'url');
    writeFileSync(file, 'postgres://localhost/secret\n');
    expect(loadConfig(schema, { DATABASE_URL_FILE: file }).DATABASE_URL).toBe('postgres://localhost/secret');
  });

  it('refuses a variable that is set in both ways, and an unreadable file', () => {
    const missing = join(folder, 'missing');
    const load = () => loadConfig(schema, { DATABASE_URL: 'postgres://a/b', DATABASE_URL_FILE: missing });
    expect(load).toThrow('DATABASE_URL and DATABASE_URL_FILE are both set: remove one of them');
    expect(load).toThrow(`DATABASE_URL_FILE names ${missing}, which cannot be read (ENOENT)`);
  });
});

describe('queueLocation', () => {
  const rest = { REDIS_PORT: 6379, REDIS_DB: 2, QUEUE_PREFIX: 'p', DATABASE_URL: 'postgres://db/m' };
  it('is Postgres unless Redis is configured', () => {
    expect(queueLocation(rest)).toEqual({ kind: 'postgres', url: 'postgres://db/m', prefix: 'p' });
  });
  it('builds the URL of Redis from its host, escaping the password', () => {
    expect(queueLocation({ ...rest, REDIS_HOST: 'cache', REDIS_PASSWORD: 'a@b' }).url).toBe(
      'redis://:a%40b@cache:6379/2',
    );
  });
  it('prefers REDIS_URL', () => {
    expect(queueLocation({ ...rest, REDIS_HOST: 'cache', REDIS_URL: 'redis://x:1' }).url).toBe('redis://x:1');
  });
});

it('hides passwords of URLs in logs', () => {
  expect(redactUrls('cannot reach postgres://me:secret@db/m')).toBe('cannot reach postgres://me:***@db/m');
  expect(redactUrls('postgres://u:p@ss@db/m and redis://default:se/cr@cache')).toBe(
    'postgres://u:***@db/m and redis://default:***@cache',
  );
  expect(redactUrls('postgres://db/m?password=secret&x=1')).toBe('postgres://db/m?password=***&x=1');
  expect(redactUrls('redis://:secret@cache:6379')).toBe('redis://:***@cache:6379');
});
