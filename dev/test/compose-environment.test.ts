import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkComposeEnvironment } from '../src/checks/compose-environment.js';
import { interpolate } from '../src/checks/interpolate.js';
import { workspaceRoot } from '../src/workspace-root.js';

const compose = readFileSync(join(workspaceRoot, 'docker-compose.yml'), 'utf8');

const example = readFileSync(join(workspaceRoot, '.env.example'), 'utf8');

it('accepts the committed files', async () => {
  expect(await checkComposeEnvironment(workspaceRoot, compose, example)).toEqual([]);
});

it.each([
  [
    'a variable that no service reads',
    '      REPORTING_PORT: 4000\n',
    '      REPORTING_PORT: 4000\n      READ_AUHT: key\n',
    'reporting: READ_AUHT is not allowed',
  ],
  [
    'a variable of another service',
    '      PROCESSOR_PORT: 4120\n',
    '      PROCESSOR_PORT: 4120\n      READ_AUTH: key\n',
    'processor: READ_AUTH is not allowed',
  ],
  [
    'a variable that the migration does not read',
    'environment: *stores',
    'environment: *environment',
    'migrate: HOST is not allowed',
  ],
  ['an invalid value', 'NODE_ENV: production', 'NODE_ENV: live', 'ingestion: NODE_ENV must be'],
  [
    'a service that does not get .env',
    '    - path: .env\n',
    '    - path: .other\n',
    'ingestion does not get the variables of .env',
  ],
  ['ports that collide', 'MAIL_CATCHER_PORT:-8025}', 'MAIL_CATCHER_PORT:-4115}', 'both want port 4115 of the host'],
  [
    'a port that the service does not listen on',
    'REPORTING_PORT: 4000',
    'REPORTING_PORT: 4005',
    'listens on REPORTING_PORT=4005, not on 4000',
  ],
  [
    'a health check on another port',
    '127.0.0.1:4120/',
    '127.0.0.1:4121/',
    'listens on PROCESSOR_PORT=4120, not on 4121',
  ],
])('refuses %s in docker-compose.yml', async (_what, right, wrong, problem) => {
  expect(compose).toContain(right);
  const problems = await checkComposeEnvironment(workspaceRoot, compose.replace(right, wrong), example);
  expect(problems.join('\n')).toContain(problem);
});

it.each([
  ['a missing variable', '#REPORT_TTL_DAYS=400\n', '', 'REPORT_TTL_DAYS is missing'],
  ['a variable that no service reads', '#READ_AUTH=key', '#READ_AUHT=key', 'READ_AUHT is read by no service'],
  ['an invalid value', '#INGEST_AUTH=open', '#INGEST_AUTH=shut', 'INGEST_AUTH must be'],
])('refuses %s in .env.example', async (_what, right, wrong, problem) => {
  expect(example).toContain(right);
  const problems = await checkComposeEnvironment(workspaceRoot, compose, example.replace(right, wrong));
  expect(problems.join('\n')).toContain(`.env.example: ${problem}`);
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

it('reports a required variable that is not set', () => {
  expect(() => interpolate('${X:?say X}', {})).toThrow('X is not set: say X');
});
