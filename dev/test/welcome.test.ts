import { expect, it } from 'vitest';
import { readStartSettings } from '../src/start/start-settings.js';
import { welcome } from '../src/start/welcome.js';

const allLines = (env: NodeJS.ProcessEnv) => welcome(readStartSettings(env), '/data/admin-key').split('\n');
const linesFor = (env: NodeJS.ProcessEnv) => allLines(env).filter((line) => /\/event|\/stats|npm run keys/.test(line));

const header = `-H "Authorization: Bearer $(cat '/data/admin-key')"`;

it('shows the dashboard first, and how to log in', () => {
  const first = (env: NodeJS.ProcessEnv) => allLines(env).find((line) => line !== '');
  expect(first({})).toBe('Open http://127.0.0.1:4000');
  expect(first({ REPORTING_PORT: '4100' })).toBe('Open http://127.0.0.1:4100');
  expect(first({ READ_AUTH: 'key' })).toBe('Open http://127.0.0.1:4000, and log in with the key in /data/admin-key');
});

it('mentions no key if none is required', () => {
  const lines = linesFor({});
  expect(lines).toHaveLength(2);
  expect(lines.join()).not.toContain('Authorization');
});

it.each([
  [{ INGEST_AUTH: 'key' }, [true, false]],
  [{ READ_AUTH: 'key' }, [false, true]],
  [{ HOST: '0.0.0.0' }, [false, true]],
  [{ NODE_ENV: 'production' }, [false, true]],
])('sends the administrator key with %j, and explains how to create others', (env, needed) => {
  const [event, stats, how] = linesFor(env);
  expect([event!.includes(header), stats!.includes(header)]).toEqual(needed);
  expect(how).toContain('npm run keys -- create');
});
