/** Parsing of single log lines: every odd shape that real servers write, with the literal record it must become. */
import { describe, expect, it } from 'vitest';
import { logEvent } from '../src/import/log-event.ts';
import { parseLogLine } from '../src/import/parse-log-line.ts';
import { printable } from '../src/import/printable.ts';

/** A combined line around the parts under test. */
function combined({ request = 'GET / HTTP/1.1', referrer = '-', agent = '-', time = '17/May/2015:10:05:03 +0000' }) {
  return `203.0.113.9 - - [${time}] "${request}" 200 12 "${referrer}" "${agent}"`;
}

function requestOf(request: string) {
  const record = parseLogLine(combined({ request }));
  return record && { method: record.method, path: record.path };
}

describe('parseLogLine', () => {
  it('reads Combined Log Format', () => {
    const line =
      '83.149.9.216 - frank [17/May/2015:10:05:03 +0200] "GET /a/b.png?x=1&y=/z HTTP/1.1" 304 203023 "http://example.com/from?q=1" "Mozilla/5.0 (X11; Linux)"';
    expect(parseLogLine(line)).toEqual({
      client: '83.149.9.216',
      timestamp: '2015-05-17T10:05:03+02:00',
      method: 'GET',
      path: '/a/b.png',
      status: 304,
      bytes: 203023,
      referrer: 'http://example.com/from?q=1',
      userAgent: 'Mozilla/5.0 (X11; Linux)',
    });
  });

  it('reads Common Log Format, and bytes "-" as 0', () => {
    expect(parseLogLine('host.example - - [01/Jan/2024:00:00:00 -0330] "POST /form HTTP/1.0" 204 -')).toEqual({
      client: 'host.example',
      timestamp: '2024-01-01T00:00:00-03:30',
      method: 'POST',
      path: '/form',
      status: 204,
      bytes: 0,
      referrer: null,
      userAgent: null,
    });
  });

  it.each([
    ['2001:db8::80', '2001:db8::80 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "-"'],
    ['192.0.2.1', '192.0.2.1 - John Doe [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "-"'],
    ['192.0.2.2', '192.0.2.2 - "" [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1'],
    ['192.0.2.3', '192.0.2.3 ident user [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1'],
  ])('takes %s as the client, whatever ident and user are', (client, line) => {
    expect(parseLogLine(line)?.client).toBe(client);
  });

  it.each([
    ['GET /path HTTP/1.1', 'GET', '/path'],
    ['GET /path HTTP/2', 'GET', '/path'],
    ['GET /path', 'GET', '/path'],
    ['GET /a b c HTTP/1.1', 'GET', '/a b c'],
    ['GET /?q HTTP/1.1', 'GET', '/'],
    ['GET ?q HTTP/1.1', 'GET', ''],
    ['GET http://host.example:8080/p/q?x HTTP/1.1', 'GET', '/p/q'],
    ['GET http://host.example HTTP/1.1', 'GET', '/'],
    ['GET //double/slash HTTP/1.1', 'GET', '//double/slash'],
    ['GET /to/http://host/p HTTP/1.1', 'GET', '/to/http://host/p'],
    ['OPTIONS * HTTP/1.1', 'OPTIONS', '*'],
    ['CONNECT host.example:443 HTTP/1.1', 'CONNECT', 'host.example:443'],
    ['VERSION-CONTROL /v HTTP/1.1', 'VERSION-CONTROL', '/v'],
    ['-', null, ''],
    ['', null, ''],
    ['\\x16\\x03\\x01\\x02', null, ''],
    ['\u0016\u0003\u0001', null, ''],
    ['GET', null, ''],
    ['GET /say\\"hi\\" HTTP/1.1', 'GET', '/say"hi"'],
    ['GET /back\\\\slash HTTP/1.1', 'GET', '/back\\slash'],
    ['GET /caf\\xc3\\xa9 HTTP/1.1', 'GET', '/café'],
    ['GET /\\xe4\\xe5 HTTP/1.1', 'GET', '/\\xe4\\xe5'],
    ['GET /\\x00\\x1b[2J HTTP/1.1', 'GET', '/\\x00\\x1b[2J'],
  ])('reads the request line %j', (request, method, path) => {
    expect(requestOf(request)).toEqual({ method, path });
  });

  it('undoes quotes escaped inside referrer and user agent', () => {
    const record = parseLogLine(combined({ referrer: 'http://x/\\"a\\"', agent: 'Agent \\"007\\" \\\\' }));
    expect([record?.referrer, record?.userAgent]).toEqual(['http://x/"a"', 'Agent "007" \\']);
  });

  it('ignores fields after the user agent, as nginx adds them, and spaces at the end', () => {
    const line = `${combined({ agent: 'curl/8' })} "203.0.113.1, 10.0.0.1" 0.004 -  `.replace('-  ', '- ');
    expect(parseLogLine(line)?.userAgent).toBe('curl/8');
  });

  it.each([
    ['29/Feb/2024:23:59:59 +0545', '2024-02-29T23:59:59+05:45'],
    ['31/Dec/2016:23:59:60 +0000', '2016-12-31T23:59:59+00:00'],
    ['30/Feb/2024:00:00:00 +0000', undefined],
    ['29/Feb/2023:00:00:00 +0000', undefined],
    ['00/May/2015:00:00:00 +0000', undefined],
    ['01/Foo/2015:00:00:00 +0000', undefined],
    ['01/May/2015:24:00:00 +0000', undefined],
    ['01/May/2015:00:60:00 +0000', undefined],
    ['01/May/2015:00:00:00 +9900', undefined],
    ['01/May/2015:00:00:00', undefined],
  ])('reads the time %s as %s', (time, timestamp) => {
    expect(parseLogLine(combined({ time }))?.timestamp).toBe(timestamp);
  });

  it.each([
    ['', 'nothing'],
    ['hello world', 'prose'],
    ['\u0000\u0001\u0002', 'bytes'],
    ['192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200', 'no bytes'],
    ['192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 2000 1', 'a status of four digits'],
    ['192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 -5', 'negative bytes'],
    ['192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-"', 'a referrer without user agent'],
    ['192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "cut off', 'an open quote'],
    ['192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1 200 1', 'an open request'],
    ['vhost:80 192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1', 'a virtual host in front'],
  ])('refuses %j: %s', (line) => {
    expect(parseLogLine(line)).toBeNull();
  });

  it('refuses hostile lines of 64 KB without trying for long', () => {
    const start = '192.0.2.1 - - [17/May/2015:10:05:03 +0000] "';
    const hostile = [
      `192.0.2.1 - ${'a '.repeat(32_000)}`,
      start + '\\"'.repeat(32_000),
      `${start}GET / HTTP/1.1" 200 1 "-" "-"${' a'.repeat(32_000)}"`,
      `192.0.2.1 -${' [17/May/2015:10:05:03 +0000]'.repeat(2_000)}`,
    ];
    expect(hostile.map(parseLogLine)).toEqual([null, null, null, null]);
  });
});

describe('logEvent', () => {
  const record = {
    client: '192.0.2.1',
    timestamp: '2015-05-17T10:05:03+00:00',
    method: 'GET',
    path: '/p',
    status: 200,
    bytes: 12,
    referrer: 'http://r/',
    userAgent: 'curl/8',
  };
  const line = { number: 7, text: 'the line', overlong: false };

  it('fills every field, with an id from line and number that never changes between versions', () => {
    expect(logEvent('demo', line, record)).toEqual({
      site_id: 'demo',
      event_type: 'view',
      event_id: 'eb3ba875-23e3-8580-8a82-13adb076605d',
      timestamp: '2015-05-17T10:05:03+00:00',
      path: '/p',
      user_id: '192.0.2.1',
      referrer: 'http://r/',
      properties: { status: 200, bytes: 12, method: 'GET', user_agent: 'curl/8' },
    });
  });

  it('leaves out what the line does not say', () => {
    const bare = { ...record, client: '-', method: null, path: '', referrer: null, userAgent: null, status: 400 };
    const { event_id, ...event } = logEvent('demo', line, bare);
    expect(event).toEqual({
      site_id: 'demo',
      event_type: 'request',
      timestamp: '2015-05-17T10:05:03+00:00',
      path: '',
      properties: { status: 400, bytes: 12 },
    });
  });

  it.each([
    ['GET', 200, 'view'],
    ['GET', 304, 'view'],
    ['GET', 206, 'request'],
    ['GET', 301, 'request'],
    ['GET', 404, 'request'],
    ['HEAD', 200, 'request'],
    ['POST', 200, 'request'],
    [null, 200, 'request'],
  ])('calls %s with status %i a %s', (method, status, type) => {
    expect(logEvent('demo', line, { ...record, method, status }).event_type).toBe(type);
  });

  it('gives equal lines at different numbers, and different lines at one number, different ids', () => {
    const id = (number: number, text: string) => logEvent('demo', { number, text, overlong: false }, record).event_id;
    expect(new Set([id(1, 'a'), id(2, 'a'), id(1, 'b'), id(1, 'a')]).size).toBe(3);
  });

  it('cuts overlong values to what ingestion takes, never through a character, and says so', () => {
    const event = logEvent('demo', line, {
      ...record,
      path: `/${'p'.repeat(2046)}😀`,
      referrer: 'r'.repeat(5000),
      client: 'h'.repeat(129),
      userAgent: '"'.repeat(9000),
    });
    expect(event.path).toBe(`/${'p'.repeat(2046)}`);
    expect(event.referrer).toBe('r'.repeat(2048));
    expect(event.user_id).toBe('h'.repeat(128));
    expect(event.properties).toEqual({
      status: 200,
      bytes: 12,
      method: 'GET',
      user_agent: '"'.repeat(1024),
      truncated: true,
    });
  });
});

describe('printable', () => {
  it('escapes what could steer a terminal or hide text, and cuts', () => {
    expect(printable('a\u001b[31m\r\u0007\u202e\u009bb')).toBe('a\\u{1b}[31m\\u{d}\\u{7}\\u{202e}\\u{9b}b');
    expect(printable('x'.repeat(200), 5)).toBe('xxxxx…');
  });
});
