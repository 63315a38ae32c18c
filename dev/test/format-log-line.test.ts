import { expect, it } from 'vitest';
import { formatLogLine } from '../src/start/format-log-line.js';

it('shows time, level, service, message and fields of a JSON line', () => {
  const line = JSON.stringify({
    level: 40,
    time: 0,
    pid: 1,
    hostname: 'h',
    msg: 'slow batch',
    ms: 12,
    note: 'two words',
  });
  expect(formatLogLine('processor', line)).toMatch(
    /^\d\d:\d\d:00\.000 WARN {2}processor {2}slow batch ms=12 note="two words"$/,
  );
});

it('shows the stack of an error below its message', () => {
  const err = { message: 'no route', stack: 'Error: no route\n    at main (main.js:1:1)' };
  expect(formatLogLine('reporting', JSON.stringify({ level: 50, time: 0, msg: 'failed', err }))).toMatch(
    /failed error="?no route"?\n {4}at main \(main\.js:1:1\)$/,
  );
});

it('shows lines that are not JSON unchanged', () => {
  expect(formatLogLine('scheduler', 'plain {text}')).toMatch(/^ +scheduler {2}plain \{text\}$/);
});

it('escapes control characters, which a visitor could have put into a path', () => {
  const shown = formatLogLine(
    'ingestion',
    JSON.stringify({ level: 30, time: 0, msg: 'a\u001b[2Jb', path: '/\u009b\n' }),
  );
  expect(shown).toContain('a\\u001b[2Jb');
  expect(shown).not.toMatch(/\p{Cc}/u);
});
