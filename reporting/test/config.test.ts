import { readingNeedsKey } from '@millrace/shared/platform/config';
import { expect, it } from 'vitest';
import { configSchema } from '../src/config.js';
import { defaultThreads } from '../src/segments/segment-settings.js';
import { configSchema as workerSchema } from '../src/worker-config.js';

it('counts on both of two cores, and leaves one of more cores to other work', () => {
  expect([1, 2, 3, 8].map(defaultThreads)).toEqual([1, 2, 2, 7]);
});

it('requires all S3 settings or none', () => {
  const given = { DATABASE_URL: 'postgres://localhost/x', EXPORT_S3_BUCKET: 'files' };
  expect(configSchema.validate(given).error?.message).toContain('EXPORT_S3_BUCKET');
  const account = { EXPORT_S3_ACCESS_KEY_ID: 'a', EXPORT_S3_SECRET_ACCESS_KEY: 'b' };
  expect(
    configSchema.validate({ ...given, ...account, EXPORT_S3_ENDPOINT: 'https://s3.example' }).error,
  ).toBeUndefined();
});

it('accepts the public address for links', () => {
  const validate = (PUBLIC_URL: string) =>
    configSchema.validate({ DATABASE_URL: 'postgres://localhost/x', PUBLIC_URL });
  expect(validate('https://stats.example.org/x').value.PUBLIC_URL).toBe('https://stats.example.org/x');
  expect(validate('stats.example.org').error?.message).toContain('PUBLIC_URL');
});

it('says which settings a mail server also needs', () => {
  const given = { DATABASE_URL: 'postgres://localhost/x', SMTP_URL: 'smtp://mail.example:587' };
  expect(workerSchema.validate(given).error?.message).toBe(
    'SMTP_URL also needs MAIL_FROM, the sender address of mails',
  );
  expect(workerSchema.validate({ ...given, MAIL_FROM: 'stats@example.org' }).error).toBeUndefined();
});

const configOf = (env: object) => configSchema.validate({ DATABASE_URL: 'postgres://localhost/x', ...env }).value;

it.each([
  [{}, false],
  [{ HOST: 'localhost' }, false],
  [{ HOST: '::1' }, false],
  [{ HOST: '0.0.0.0' }, true],
  [{ HOST: '192.0.2.1' }, true],
  [{ NODE_ENV: 'production' }, true],
  [{ NODE_ENV: 'production', READ_AUTH: 'open', HOST: '0.0.0.0' }, false],
  [{ READ_AUTH: 'key' }, true],
])('with %j a key is needed: %s', (env, needed) => {
  expect(readingNeedsKey(configOf(env))).toBe(needed);
});
