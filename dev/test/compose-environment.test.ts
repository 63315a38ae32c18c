/** Proves that the check sees each variable, port or network of docker-compose.yml that would not do, one at a time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkComposeEnvironment } from '../src/checks/compose-environment.js';
import { interpolate } from '../src/checks/interpolate.js';
import { workspaceRoot } from '../src/workspace-root.js';

const compose = readFileSync(join(workspaceRoot, 'docker-compose.yml'), 'utf8');

it('accepts the committed file, for production and for developers', async () => {
  expect(await checkComposeEnvironment(workspaceRoot, compose)).toEqual([]);
});

const faults: [string, string, string, string][] = [
  [
    'a variable that no service reads',
    'READ_AUTH: $',
    'READ_AUHT: $',
    'reporting (production): READ_AUHT is not allowed',
  ],
  [
    'a variable of another service',
    '      PROCESSOR_PORT: 4120\n',
    '      PROCESSOR_PORT: 4120\n      READ_AUTH: key\n',
    'processor (dev): READ_AUTH is not allowed',
  ],
  [
    'a variable that the migration does not read',
    'environment: *stores',
    'environment: *environment',
    'migrate (production): HOST is not allowed',
  ],
  [
    'a value that is refused',
    'INGEST_AUTH:-open}',
    'INGEST_AUTH:-shut}',
    'ingestion (production): INGEST_AUTH must be',
  ],
  [
    'a setting that a service reads and is not given',
    '  EXPORT_S3_BUCKET: ${EXPORT_S3_BUCKET:-}\n',
    '',
    'reporting-worker is not given EXPORT_S3_BUCKET, which it reads',
  ],
  [
    'the value of another setting',
    'REPORT_TTL_DAYS: ${REPORT_TTL_DAYS:-}',
    'REPORT_TTL_DAYS: ${EXPORT_TTL_HOURS:-}',
    'reporting-worker is not given REPORT_TTL_DAYS',
  ],
  ['ports that meet', 'MAIL_CATCHER_PORT:-8025}', 'MAIL_CATCHER_PORT:-4115}', 'both want port 4115 of the host'],
  [
    'another port than it listens on',
    'REPORTING_PORT: 4000',
    'REPORTING_PORT: 4005',
    'listens on REPORTING_PORT=4005, not on 4000',
  ],
  [
    'a health check of another port',
    '127.0.0.1:4120/',
    '127.0.0.1:4121/',
    'listens on PROCESSOR_PORT=4120, not on 4121',
  ],
  [
    'mail that goes elsewhere',
    ':+smtp://mail-catcher:1025',
    ':+smtp://mail-cacher:1025',
    'scheduler (dev): SMTP_URL is not smtp://mail-catcher:1025',
  ],
  [
    'mail to the catcher in production',
    '${COMPOSE_PROFILES:+smtp://mail-catcher:1025}',
    'smtp://mail-catcher:1025',
    'scheduler (production): SMTP_URL is set',
  ],
  [
    'a sender without an address',
    '${COMPOSE_PROFILES:+millrace@example.org}',
    '',
    'reporting-worker (dev): SMTP_URL also needs MAIL_FROM',
  ],
  [
    'a mail catcher on another network',
    '    image: axllent/mailpit',
    '    networks:\n      - lost\n    image: axllent/mailpit',
    'scheduler has no network in common with mail-catcher',
  ],
];

it.each(faults)('refuses %s', async (_what, right, wrong, problem) => {
  expect(compose).toContain(right);
  const problems = await checkComposeEnvironment(workspaceRoot, compose.replace(right, wrong));
  expect(problems.join('\n')).toContain(problem);
});

it.each([
  ['a${X}b', {}, 'ab'],
  ['${X:-1}', { X: '' }, '1'],
  ['${X-1}', { X: '' }, ''],
  ['${X:-${Y:+z}}', { Y: 'y' }, 'z'],
  ['${X:+1}', {}, ''],
  ['${X:?say X}', { X: 'x' }, 'x'],
])('fills in %s with %j', (text, env, expected) => {
  expect(interpolate(text, env as Record<string, string>)).toBe(expected);
});

it('says what has to be set', () => {
  expect(() => interpolate('${X:?say X}', {})).toThrow('X is not set: say X');
});
