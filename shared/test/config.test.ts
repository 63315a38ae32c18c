/** The environment, checked as a whole. */
import {
  commonSettings,
  databaseSettings,
  loadConfig,
  queueLocation,
  queueSettings,
} from '@millrace/shared/platform/config';
import { redactUrls } from '@millrace/shared/platform/logger';
import Joi from 'joi';
import { describe, expect, it } from 'vitest';

const schema = Joi.object({ ...commonSettings, ...databaseSettings, ...queueSettings });

describe('loadConfig', () => {
  it('names every problem in one message', () => {
    const load = () => loadConfig(schema, { LOG_LEVEL: 'loud', REDIS_PORT: '99999' });
    expect(load).toThrow(/LOG_LEVEL[\s\S]*DATABASE_URL is required[\s\S]*REDIS_PORT/);
  });
  it('takes an empty variable as absent, and gives a frozen result', () => {
    const config = loadConfig(schema, { DATABASE_URL: 'postgres://localhost/m', LOG_LEVEL: '' });
    expect(config).toMatchObject({ LOG_LEVEL: 'info', QUEUE_PREFIX: 'millrace', SHUTDOWN_TIMEOUT_MS: 15_000 });
    expect(Object.isFrozen(config)).toBe(true);
  });
});

describe('queueLocation', () => {
  const rest = { REDIS_PORT: 6379, REDIS_DB: 2, QUEUE_PREFIX: 'p', DATABASE_URL: 'postgres://db/m' };
  it('is Postgres unless a Redis is named', () => {
    expect(queueLocation(rest)).toEqual({ kind: 'postgres', url: 'postgres://db/m', prefix: 'p' });
  });
  it('is Redis by host, with a password that needs escaping', () => {
    expect(queueLocation({ ...rest, REDIS_HOST: 'cache', REDIS_PASSWORD: 'a@b' }).url).toBe(
      'redis://:a%40b@cache:6379/2',
    );
  });
  it('prefers REDIS_URL', () => {
    expect(queueLocation({ ...rest, REDIS_HOST: 'cache', REDIS_URL: 'redis://x:1' }).url).toBe('redis://x:1');
  });
});

it('hides passwords of URLs in what is logged', () => {
  expect(redactUrls('cannot reach postgres://me:secret@db/m')).toBe('cannot reach postgres://me:***@db/m');
  expect(redactUrls('postgres://u:p@ss@db/m and redis://default:se/cr@cache')).toBe(
    'postgres://u:***@db/m and redis://default:***@cache',
  );
  expect(redactUrls('postgres://db/m?password=secret&x=1')).toBe('postgres://db/m?password=***&x=1');
  expect(redactUrls('redis://:secret@cache:6379')).toBe('redis://:***@cache:6379');
});
