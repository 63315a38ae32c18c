/** Hostile lines: every step of the import takes linear time. */
import { describe, expect, it } from 'vitest';
import { createAgentReader } from '../src/enrich/read-agent.ts';
import { createFilter } from '../src/import/create-filter.ts';
import { decodeBytes } from '../src/import/decode-bytes.ts';
import { formats } from '../src/import/formats/formats.ts';
import { logEvent } from '../src/import/log-event.ts';
import { printable } from '../src/send/printable.ts';

const longBytes = 64_000;
/** This many short lines are together as long as the long one. With quadratic time they would take a 64th of it. */
const parts = 64;
/** Allows for the extra memory of long lines; quadratic time would exceed it. */
const mostGrowth = 16;
const pieces = [
  ...[
    'a',
    ' ',
    '  a',
    '/',
    ';/',
    ';',
    '?',
    '#',
    '.',
    '.js',
    ':',
    '::',
    ':1',
    '1',
    '1.',
    '%',
    '%2',
    '%20',
    '@',
    ',',
    ', ',
    '[',
    '[]',
    ']:1',
  ],
  ...[
    '"',
    '""',
    '" "',
    '"a ',
    '\\',
    '\\"',
    '\\\\',
    '\\x41',
    '\\xff',
    '\t',
    '-',
    '- ',
    '| ',
    ' HTTP/1',
    ' HTTP/1.1',
    'http://',
    'é',
    '\u2028',
  ],
  ...[
    'a:',
    'a: ',
    '0.0 ',
    '127.0.0.1, ',
    '::ffff:',
    '{"a":',
    '[17/May/2015:10:05:03 +0000] ',
    'Android 1;',
    'Mozilla/5.0 (',
    'bot ',
    '-Z',
  ],
];
const log = (rest: string) => `192.0.2.7 - - [17/May/2015:10:05:03 +0000] ${rest}`;
const alb = '2026-01-01T00:00:00.000000Z app/lb 192.0.2.7:1 10.0.0.1:80 0.0 0.0 0.0 200 200 1 1';
/** Where the hostile part can be in a line. */
const frames: [string, (hostile: string) => string][] = [
  ['alone', (hostile) => hostile],
  ['as the client', (hostile) => `${hostile}${log('"GET / HTTP/1.1" 200 1')}`],
  ['as the target', (hostile) => log(`"GET /${hostile} HTTP/1.1" 200 1 "-" "-"`)],
  ['as a folder', (hostile) => log(`"GET /${hostile}/ HTTP/1.1" 200 1 "-" "-"`)],
  ['as an absolute target', (hostile) => log(`"GET http://${hostile} HTTP/1.1" 200 1 "-" "-"`)],
  ['as the user agent', (hostile) => log(`"GET / HTTP/1.1" 200 1 "-" "${hostile}"`)],
  ['after the line', (hostile) => log(`"GET / HTTP/1.1" 200 1 "-" "-" ${hostile}`)],
  ['in JSON', (hostile) => JSON.stringify({ ts: hostile, request: hostile, status: 200 })],
  [
    'in JSON of a request',
    (hostile) => JSON.stringify({ ts: 1.7e9, client_ip: hostile, host: hostile, uri: `/${hostile}`, status: 200 }),
  ],
  ['as a directive', (hostile) => `#Fields:${hostile}\u2028x`],
  ['as spaces of a directive', (hostile) => `#Date:${' '.repeat(hostile.length)}x\r${hostile.slice(0, 9)}`],
  ['as a time', (hostile) => `${alb.slice(0, 5)}${hostile}`],
  ['as the request of a load balancer', (hostile) => `${alb} "GET http://h:80/${hostile} HTTP/1.1" "${hostile}" - -`],
];
const readAgent = createAgentReader();
const isWanted = createFilter({ hostnames: ['*a*a*a*b', '*.*.*.x'], paths: ['*/*/*/*/edit', '*a*a*a*a*b'] });

function readText(text: string): void {
  for (const format of formats) {
    const parse = format.createParser({});
    parse({ text: '#Fields: date time cs-uri-stem sc-status', ended: true });
    const record = parse({ text, ended: false });
    if (record === null || record === 'comment') continue;
    isWanted(record);
    const { bot } = readAgent(record.userAgent ?? '');
    logEvent({ siteId: 'demo', countAssets: false }, 'id', record, bot);
  }
  expect(printable(text).length).toBeLessThan(2_000);
}

/** CPU time of this process in microseconds, so that other processes do not count. */
function timeOf(lines: Buffer[]): number {
  const before = process.cpuUsage();
  for (const line of lines) readText(decodeBytes(line));
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Time of one long line relative to short lines of the same total length; if it seems too long, the best of several runs. */
function growthOf(lineOf: (bytes: number) => Buffer): number {
  const [long, short] = [[lineOf(longBytes)], Array<Buffer>(parts).fill(lineOf(longBytes / parts))];
  let [ofLong, ofShort] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round === 0 || (round < 6 && ofLong > mostGrowth * ofShort); round += 1) {
    ofShort = Math.min(ofShort, timeOf(short));
    ofLong = Math.min(ofLong, timeOf(long));
  }
  return ofLong / ofShort;
}

describe.each(frames)('a hostile part %s', (_where, frame) => {
  it('takes linear time in every format, in the filter and in the detection of bots', () => {
    for (const piece of pieces) {
      const growth = growthOf((bytes) => Buffer.from(frame(piece.repeat(Math.floor(bytes / piece.length)))));
      expect(growth, JSON.stringify(piece)).toBeLessThan(mostGrowth);
    }
  });
});

describe('a pattern with several *', () => {
  const passes = (path: string, target: string) =>
    createFilter({ hostnames: [], paths: [path] })({ target } as Parameters<ReturnType<typeof createFilter>>[0]);
  it.each([
    ['/a', '/a', true],
    ['/a', '/ab', false],
    ['/a*', '/ab', true],
    ['*b', '/ab', true],
    ['/a*a', '/a', false],
    ['/a*a', '/aa', true],
    ['/*/*.html', '/x/y.html?q', true],
    ['/*/*.html', '/y.html', false],
    ['*ab*ab*', '/xabab', true],
    ['*ab*ab*', '/xabb', false],
    ['**', '', true],
    ['/a.c', '/abc', false],
  ])('%s on %s: %s', (pattern, target, expected) => {
    expect(passes(pattern, target)).toBe(expected);
  });
});
