/** Parses every odd variant of Common and Combined lines that real servers write. */
import { describe, expect, it } from 'vitest';
import { parseCommonLog } from '../src/import/formats/common-log.ts';
import { logEvent } from '../src/import/log-event.ts';
import { printable } from '../src/send/printable.ts';

/** A combined line around the parts under test. */
function combined({ request = 'GET / HTTP/1.1', referrer = '-', agent = '-', time = '17/May/2015:10:05:03 +0000' }) {
  return `203.0.113.9 - - [${time}] "${request}" 200 12 "${referrer}" "${agent}"`;
}

const parseLogLine = (text: string) => parseCommonLog({ text, ended: true });

/** A line whose client, ident and user are `prefix`. */
function originOf(prefix: string) {
  const record = parseLogLine(`${prefix} [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "-"`);
  return record && [record.client, record.hostname];
}

function requestOf(request: string) {
  const record = parseLogLine(combined({ request }));
  return record && { method: record.method, target: record.target, hostname: record.hostname };
}

describe('parseCommonLog', () => {
  it('reads Combined Log Format', () => {
    const line =
      '83.149.9.216 - frank [17/May/2015:10:05:03 +0200] "GET /a/b.png?x=1&y=/z HTTP/1.1" 304 203023 "http://example.com/from?q=1" "Mozilla/5.0 (X11; Linux)"';
    expect(parseLogLine(line)).toEqual({
      client: '83.149.9.216',
      hostname: null,
      timestamp: '2015-05-17T10:05:03+02:00',
      method: 'GET',
      target: '/a/b.png?x=1&y=/z',
      status: 304,
      bytes: 203023,
      referrer: 'http://example.com/from?q=1',
      userAgent: 'Mozilla/5.0 (X11; Linux)',
    });
  });

  it('reads Common Log Format, and bytes "-" as 0', () => {
    expect(parseLogLine('host.example - - [01/Jan/2024:00:00:00 -0330] "POST /form HTTP/1.0" 204 -')).toEqual({
      client: 'host.example',
      hostname: null,
      timestamp: '2024-01-01T00:00:00-03:30',
      method: 'POST',
      target: '/form',
      status: 204,
      bytes: 0,
      referrer: null,
      userAgent: null,
    });
  });

  it.each([
    ['2001:db8::80', '2001:db8::80 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1'],
    ['192.0.2.1', '::ffff:192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "-"'],
    ['192.0.2.1', '192.0.2.1 - John Doe [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "-"'],
    ['192.0.2.2', '192.0.2.2 - "" [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1'],
    ['192.0.2.3', '192.0.2.3 ident user [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1'],
  ])('reads the client %s, whatever ident and user are', (client, line) => {
    expect(parseLogLine(line)?.client).toBe(client);
  });

  it.each([
    ['203.0.113.7:41001 - -', '203.0.113.7', null],
    ['203.0.113.7 203.0.113.8 -', '203.0.113.7', null],
    ['::ffff:203.0.113.7 - -', '203.0.113.7', null],
    ['::FFFF:cb00:7107 - -', '203.0.113.7', null],
    ['2001:DB8:0:0:0:0:0:80 - -', '2001:db8::80', null],
    ['[2001:db8::80] - -', '2001:db8::80', null],
    ['[2001:db8::80]:443 - -', '2001:db8::80', null],
    ['2001:db8:0:0:0:0:0:80:41001 - -', '2001:db8::80', null],
    ['fe80::1%eth0 - -', 'fe80::1', null],
    ['203.0.113.7, 10.0.0.1 - -', '203.0.113.7', null],
    ['203.0.113.7,10.0.0.1, 10.0.0.2 - -', '203.0.113.7', null],
    ['"203.0.113.7, 10.0.0.1" - -', '203.0.113.7', null],
    ['unknown, 203.0.113.7 - -', '203.0.113.7', null],
    ['- 203.0.113.7 - -', '203.0.113.7', null],
    ['- - -', null, null],
    ['dialup-7.Example.ORG. - -', 'dialup-7.example.org', null],
    ['www.example.org 203.0.113.7 - -', '203.0.113.7', 'www.example.org'],
    ['WWW.example.org.:443 203.0.113.7 - -', '203.0.113.7', 'www.example.org'],
    ['127.0.1.1:80 203.0.113.7 - -', '203.0.113.7', '127.0.1.1'],
    ['[2001:db8::1]:80 203.0.113.7 - -', '203.0.113.7', '2001:db8::1'],
    ['www.example.org:443 2001:DB8::80 - -', '2001:db8::80', 'www.example.org'],
    ['www.example.org 203.0.113.7, 10.0.0.1 - -', '203.0.113.7', 'www.example.org'],
    ['a.example:203.0.113.7 - -', '203.0.113.7', 'a.example'],
    ['a.example:2001:db8::80 - -', '2001:db8::80', 'a.example'],
    ['203.0.113.7 - \\"anna \\"', '203.0.113.7', null],
    ['Nov 14 10:00:00 web-1 nginx[812]: 203.0.113.7 - -', '203.0.113.7', null],
    ['<190>Nov  4 10:00:00 web-1 nginx: www.example.org:443 203.0.113.7 - -', '203.0.113.7', 'www.example.org'],
    ['2025-11-14T10:00:00.123456+00:00 web-1 apache2: 203.0.113.7 - -', '203.0.113.7', null],
    ['2025-11-14T10:00:00.123456789Z stdout F 203.0.113.7 - -', '203.0.113.7', null],
    ['web-1  | 203.0.113.7 - -', '203.0.113.7', null],
    ['203.0.113.7 - "anna "', '203.0.113.7', null],
    ['203.0.113.7 - CN=Anna,O="A [B]"', '203.0.113.7', null],
  ])('reads %j as client %s of host %s', (prefix, client, hostname) => {
    expect(originOf(prefix)).toEqual([client, hostname]);
  });

  it.each([
    ['GET /path HTTP/1.1', 'GET', '/path'],
    ['GET /path HTTP/2', 'GET', '/path'],
    ['GET /path', 'GET', '/path'],
    ['GET /a b c HTTP/1.1', 'GET', '/a%20b%20c'],
    ['GET /?q HTTP/1.1', 'GET', '/?q'],
    ['GET ?q HTTP/1.1', 'GET', '?q'],
    ['GET http://Host.example:8080/p/q?x HTTP/1.1', 'GET', '/p/q?x', 'host.example'],
    ['GET http://host.example HTTP/1.1', 'GET', '/', 'host.example'],
    ['GET https://user@host.example?x HTTP/1.1', 'GET', '/?x', 'host.example'],
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
    ['GET /say\\"hi\\" HTTP/1.1', 'GET', '/say%22hi%22'],
    ['GET /back\\\\slash HTTP/1.1', 'GET', '/back\\slash'],
    ['GET /\\x00\\x1b[2J HTTP/1.1', 'GET', '/%00%1B[2J'],
    ['GET /%7Eanna/%2e%2D%5f HTTP/1.1', 'GET', '/~anna/.-_'],
    ['GET /a%2fb%3f%23%25 HTTP/1.1', 'GET', '/a%2Fb%3F%23%25'],
    ['GET /100%/%zz/%e HTTP/1.1', 'GET', '/100%/%zz/%e'],
  ])('reads the request line %j', (request, method, target, hostname: string | null = null) => {
    expect(requestOf(request)).toEqual({ method, target, hostname });
  });

  it.each([
    ['/caf%C3%A9', ['/caf%C3%A9', '/caf%c3%a9', '/café', '/caf\\xc3\\xa9', '/caf\\xC3%a9']],
    ['/caf%E9', ['/caf%E9', '/caf%e9', '/caf\\xe9']],
    ['/caf%E8', ['/caf%E8', '/caf\\xe8']],
    ['/~anna', ['/~anna', '/%7Eanna', '/%7eanna', '/\\x7eanna']],
  ])('normalizes all encodings of the page %s', (target, spellings) => {
    for (const spelling of spellings) expect(requestOf(`GET ${spelling} HTTP/1.1`)?.target, spelling).toBe(target);
  });

  it('unescapes quotes in referrer and user agent', () => {
    const record = parseLogLine(combined({ referrer: 'http://x/\\"a\\"', agent: 'Agent \\"007\\" \\\\' }));
    expect([record?.referrer, record?.userAgent]).toEqual(['http://x/"a"', 'Agent "007" \\']);
  });

  it.each([
    ' "203.0.113.1, 10.0.0.1" 0.004 -',
    ' "-" rt=0.01',
    ' 0.012',
    ' 443 TLSv1.3 {"id":"a b"} [x]',
    '  ',
    '\t"x"',
  ])('ignores anything after the user agent: %j', (behind) => {
    const record = parseLogLine(`${combined({ agent: 'curl/8' })} ${behind}`);
    expect([record?.client, record?.userAgent]).toEqual(['203.0.113.9', 'curl/8']);
  });

  it('ignores anything but a quoted field after Common Log Format', () => {
    const common = '203.0.113.9 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12';
    for (const behind of ['', ' ', ' 0.012', ' - "x"']) expect(parseLogLine(common + behind)?.bytes).toBe(12);
  });

  it('treats a last line without a line break as complete unless it is visibly truncated', () => {
    const whole = combined({ agent: 'curl/8' });
    const cut = (text: string, expectAgent = true) => parseCommonLog({ text, ended: false }, expectAgent);
    expect(cut(whole)?.userAgent).toBe('curl/8');
    expect(cut(whole.slice(0, whole.indexOf('200') + 4))).toBeNull();
    expect(cut(whole.slice(0, whole.indexOf('12') + 1), false)?.bytes).toBe(1);
    expect(cut(whole.slice(0, -1))).toBeNull();
    expect(cut(`${whole} "203.0`)).toBeNull();
    const statusOnly = whole.slice(0, whole.indexOf(' "-" "'));
    expect(cut(statusOnly)).toBeNull();
    expect(cut(statusOnly, false)?.bytes).toBe(12);
  });

  it.each([
    ['29/Feb/2024:23:59:59 +0545', '2024-02-29T23:59:59+05:45'],
    ['29/Feb/2024:23:59:59.123 +0000', '2024-02-29T23:59:59.123+00:00'],
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
    [' [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1', 'no client'],
    ['192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12x', 'bytes that are not a number'],
  ])('refuses %j: %s', (line) => {
    expect(parseLogLine(line)).toBeNull();
  });

  it('refuses hostile lines of 64 KB quickly', () => {
    const start = '192.0.2.1 - - [17/May/2015:10:05:03 +0000] "';
    const hostile = [
      `192.0.2.1 - ${'a '.repeat(32_000)}`,
      start + '\\"'.repeat(32_000),
      `${start}GET / HTTP/1.1" 200 1 "-" "${' a'.repeat(32_000)}`,
      `${start}GET / HTTP/1.1" 200 1 "-"${' "a'.repeat(21_000)}`,
      `192.0.2.1 -${' [17/May/2015:10:05:03 +0000]'.repeat(2_000)}`,
      `${'a,'.repeat(20_000)}${'a, '.repeat(8_000)}${'['.repeat(500)}`,
      `${start}GET /${'\\x41'.repeat(16_000)}`,
    ];
    expect(hostile.map(parseLogLine)).toEqual(hostile.map(() => null));
  });
});

describe('logEvent', () => {
  const record = {
    client: '192.0.2.1',
    hostname: 'www.example.org',
    timestamp: '2015-05-17T10:05:03+00:00',
    method: 'GET',
    target: '/p?q=1',
    status: 200,
    bytes: 12,
    referrer: 'http://r/',
    userAgent: 'curl/8',
  };
  const demo = { siteId: 'demo', countAssets: false };
  const id = 'eb3ba875-23e3-8580-8a82-13adb076605d';

  it('fills every field', () => {
    expect(logEvent(demo, id, record)).toEqual({
      site_id: 'demo',
      event_type: 'view',
      event_id: id,
      timestamp: '2015-05-17T10:05:03+00:00',
      path: '/p?q=1',
      user_id: '192.0.2.1',
      referrer: 'http://r/',
      properties: {
        status: 200,
        bytes: 12,
        method: 'GET',
        user_agent: 'curl/8',
        hostname: 'www.example.org',
      },
    });
  });

  it('omits fields that the line does not have', () => {
    const nothing = { client: null, hostname: null, method: null, bytes: null, referrer: null, userAgent: null };
    expect(logEvent(demo, id, { ...record, ...nothing, target: '', status: 400 })).toEqual({
      site_id: 'demo',
      event_type: 'request',
      event_id: id,
      timestamp: '2015-05-17T10:05:03+00:00',
      path: '',
      properties: { status: 400 },
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
  ])('makes %s with status %i a %s', (method, status, type) => {
    expect(logEvent(demo, id, { ...record, method, status }).event_type).toBe(type);
  });

  it.each([
    ['view', '/'],
    ['view', '/search?file=a.css'],
    ['view', '/app.js/'],
    ['view', '/about.html'],
    ['view', '/paper.pdf'],
    ['view', '/css'],
    ['view', '/a.css/page'],
    ['view', '/docs/robots.txt'],
    ['asset', '/robots.txt'],
    ['asset', '/robots.txt?x'],
    ['asset', '/style.css'],
    ['asset', '/app.js?v=3'],
    ['asset', '/app.MJS.map'],
    ['asset', '/LOGO.PNG'],
    ['asset', '/favicon.ico'],
    ['asset', '/fonts/a.woff2'],
    ['asset', '/photo.tar.jpeg;v=2'],
    ['asset', '/feed.atom'],
    ['asset', '/sitemap.xml'],
  ])('makes a successful GET a %s if it requested %s, and a view with --count-assets', (type, target) => {
    expect(logEvent(demo, id, { ...record, target }).event_type).toBe(type);
    expect(logEvent({ ...demo, countAssets: true }, id, { ...record, target }).event_type).toBe('view');
  });

  it('makes a failed request for an asset a request, even with --count-assets', () => {
    const missing = { ...record, target: '/gone.css', status: 404 };
    expect(logEvent(demo, id, missing).event_type).toBe('request');
    expect(logEvent({ ...demo, countAssets: true }, id, missing).event_type).toBe('request');
  });

  it("truncates long values to ingestion's limits, never within a character, and marks them as truncated", () => {
    const event = logEvent(demo, id, {
      ...record,
      target: `/${'p'.repeat(2046)}😀?q`,
      referrer: 'r'.repeat(5000),
      client: 'h'.repeat(129),
      hostname: 'n'.repeat(300),
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
      hostname: 'n'.repeat(253),
      truncated: true,
    });
  });
});

describe('printable', () => {
  it('escapes characters that could control a terminal or hide text, and truncates', () => {
    expect(printable('a\u001b[31m\r\u0007\u202e\u009bb')).toBe('a\\u{1b}[31m\\u{d}\\u{7}\\u{202e}\\u{9b}b');
    expect(printable('x'.repeat(200), 5)).toBe('xxxxx…');
  });
});
