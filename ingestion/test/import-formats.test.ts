/** Formats other than Common and Combined, and detection of the format. */
import { describe, expect, it } from 'vitest';
import { findFormat, formatNamed } from '../src/import/formats/formats.ts';
import type { JsonFields } from '../src/import/formats/log-record.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0';

function parse(format: string, lines: string[], jsonFields: JsonFields = {}) {
  const parseLine = formatNamed(format)!.createParser(jsonFields);
  return lines.map((text) => parseLine({ text, ended: true }));
}

const found = (...lines: string[]) =>
  findFormat(
    lines.map((text) => ({ text, ended: true })),
    {},
  )?.names[0];

const caddy = {
  level: 'info',
  ts: 1763114400.123456,
  logger: 'http.log.access.log0',
  msg: 'handled request',
  request: {
    remote_ip: '10.0.0.1',
    remote_port: '41342',
    client_ip: '203.0.113.7',
    proto: 'HTTP/2.0',
    method: 'GET',
    host: 'www.example.org:8443',
    uri: '/caf%c3%a9?x=1',
    headers: { 'User-Agent': [FIREFOX], Referer: ['https://ref.example/'], Accept: ['*/*'] },
  },
  bytes_read: 0,
  user_id: '',
  duration: 0.000929675,
  size: 10900,
  status: 200,
  resp_headers: { Server: ['Caddy'] },
};

const traefik = {
  ClientAddr: '203.0.113.7:41342',
  ClientHost: '203.0.113.7',
  DownstreamContentSize: 10900,
  DownstreamStatus: 200,
  OriginStatus: 200,
  RequestAddr: 'www.example.org',
  RequestHost: 'www.example.org',
  RequestMethod: 'GET',
  RequestPath: '/caf%C3%A9?x=1',
  RequestProtocol: 'HTTP/2.0',
  StartLocal: '2025-11-14T11:00:00.123456789+01:00',
  StartUTC: '2025-11-14T10:00:00.123456789Z',
  'request_User-Agent': FIREFOX,
  request_Referer: 'https://ref.example/',
  level: 'info',
  msg: '',
  time: '2025-11-14T11:00:01+01:00',
};

const nginx = {
  time_local: '14/Nov/2025:10:00:00 +0000',
  remote_addr: '203.0.113.7',
  request: 'GET /caf%C3%A9?x=1 HTTP/1.1',
  host: 'www.example.org',
  status: '200',
  body_bytes_sent: '10900',
  http_referer: 'https://ref.example/',
  http_user_agent: FIREFOX,
};

const record = {
  client: '203.0.113.7',
  hostname: 'www.example.org',
  timestamp: '2025-11-14T10:00:00.123Z',
  method: 'GET',
  target: '/caf%C3%A9?x=1',
  status: 200,
  bytes: 10900,
  referrer: 'https://ref.example/',
  userAgent: FIREFOX,
};

describe('JSON lines', () => {
  it.each([
    ['Caddy 2', caddy, '2025-11-14T10:00:00.123Z'],
    ['Traefik', traefik, '2025-11-14T10:00:00.123456789Z'],
    ['nginx', nginx, '2025-11-14T10:00:00+00:00'],
    [
      'nginx, field by field',
      {
        ...nginx,
        request: undefined,
        time_local: undefined,
        msec: '1763114400.123',
        request_method: 'GET',
        uri: '/café',
        args: 'x=1',
      },
      '2025-11-14T10:00:00.123Z',
    ],
    [
      'Caddy 2 before it had client_ip',
      {
        ...caddy,
        request: { ...caddy.request, client_ip: undefined, remote_ip: undefined, remote_addr: '203.0.113.7:41342' },
      },
      '2025-11-14T10:00:00.123Z',
    ],
    ['Caddy 2 with its own time format', { ...caddy, ts: '2025/11/14 10:00:00.123' }, '2025-11-14T10:00:00.123Z'],
    ['milliseconds', { ...caddy, ts: 1763114400123 }, '2025-11-14T10:00:00.123Z'],
    ['nanoseconds', { ...caddy, ts: 1763114400123000000 }, '2025-11-14T10:00:00.123Z'],
  ])('reads lines of %s', (_server, line, timestamp) => {
    expect(parse('json', [JSON.stringify(line)])).toEqual([{ ...record, timestamp }]);
  });

  it('uses the names of --json-fields instead of the usual ones', () => {
    const line = { when: '2025-11-14 10:00:00', from: { ip: '203.0.113.7' }, url: '/a', 'http.status': 304, ts: 1 };
    const fields = { time: 'when', client: 'from.ip', status: 'http.status' };
    expect(parse('json', [JSON.stringify(line)], fields)).toEqual([
      {
        client: '203.0.113.7',
        hostname: null,
        timestamp: '2025-11-14T10:00:00Z',
        method: null,
        target: '/a',
        status: 304,
        bytes: null,
        referrer: null,
        userAgent: null,
      },
    ]);
  });

  it("skips a server's own messages, and refuses lines without a request, time or status", () => {
    const own = { level: 'info', ts: 1763114400.1, msg: 'serving initial configuration' };
    const { ts: _ts, ...timeless } = caddy;
    const { status: _status, ...open } = caddy;
    const lines = [own, timeless, open, {}, [], null, 'text'].map((line) => JSON.stringify(line));
    const [first, ...others] = parse('json', [...lines, '{"cut": "off', '']);
    expect(first).toBe('comment');
    expect(others).toEqual(others.map(() => null));
  });
});

describe('W3C Extended', () => {
  const iisFields =
    '#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes time-taken';
  const iisLine = `2025-11-14 10:00:00 10.0.0.5 GET /caf%C3%A9 x=1 443 - 203.0.113.7 ${FIREFOX.replaceAll(' ', '+')} https://ref.example/ www.example.org 200 0 0 10900 15`;

  it('reads IIS by its #Fields, also when they change within a file', () => {
    const lines = ['#Software: Microsoft Internet Information Services 10.0', '#Version: 1.0', iisFields, iisLine];
    const later = [
      '#Date: 2025-11-15 00:00:00',
      '#Fields: time c-ip cs-method cs-uri-stem sc-status',
      '00:00:01 203.0.113.8 GET /b 304',
    ];
    expect(parse('w3c', [...lines, ...later])).toEqual([
      'comment',
      'comment',
      'comment',
      { ...record, timestamp: '2025-11-14T10:00:00Z' },
      'comment',
      'comment',
      {
        ...{ client: '203.0.113.8', hostname: null, timestamp: '2025-11-15T00:00:01Z', method: 'GET', target: '/b' },
        ...{ status: 304, bytes: null, referrer: null, userAgent: null },
      },
    ]);
  });

  it.each([1, 2])('reads CloudFront, with tabs, percent-encoded %i times', (times) => {
    const fields =
      '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header';
    const encoded = FIREFOX.replaceAll(' ', times === 1 ? '%20' : '%2520');
    const line = `2025-11-14\t10:00:00\tFRA56-C1\t10900\t203.0.113.7\tGET\td111111abcdef8.cloudfront.net\t/caf%C3%A9\t200\thttps://ref.example/\t${encoded}\tx=1\t-\tHit\tSOX4xwn4XV6Q4rgb==\twww.example.org`;
    expect(parse('cloudfront', ['#Version: 1.0', fields, line]).at(-1)).toEqual({
      ...record,
      timestamp: '2025-11-14T10:00:00Z',
    });
  });

  it('reads quoted fields, and refuses lines without fields or with too few', () => {
    const fields = '#Fields: date time c-ip cs-method cs-uri sc-status cs(User-Agent)';
    const [early, , whole, cut] = parse('w3c', [
      '2025-11-14 10:00:00 203.0.113.7 GET / 200 x',
      fields,
      '2025-11-14 10:00:00 203.0.113.7 GET /?x=1 200 "a ""quoted"" agent"',
      '2025-11-14 10:00:00 203.0.113.7 GET /',
    ]);
    expect([early, cut]).toEqual([null, null]);
    expect(whole).toMatchObject({ target: '/?x=1', userAgent: 'a "quoted" agent' });
  });
});

describe('AWS load balancers', () => {
  const alb = (request: string, client = '203.0.113.7:2817', status = '200') =>
    `https 2025-11-14T10:00:00.123456Z app/my-loadbalancer/50dc6c495c0c9188 ${client} 10.0.0.1:80 0.086 0.048 0.037 ${status} 200 0 10900 "${request}" "${FIREFOX}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.org" "arn:aws:acm:x" 1 2025-11-14T09:59:59.000000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1`;

  it('reads the Application Load Balancer', () => {
    const expected = { ...record, timestamp: '2025-11-14T10:00:00.123456Z', referrer: null };
    expect(parse('alb', [alb('GET https://www.example.org:443/caf%c3%a9?x=1 HTTP/2.0')])).toEqual([expected]);
    expect(parse('alb', [alb('- http://www.example.org:443- -', '[2001:DB8::7]:2817', '460')])).toEqual([
      { ...expected, client: '2001:db8::7', method: null, target: '', status: 460 },
    ]);
  });

  it('reads the Classic Load Balancer', () => {
    const line = `2025-11-14T10:00:00.123456Z my-elb 203.0.113.7:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 10900 "GET http://www.example.org:80/a HTTP/1.1" "${FIREFOX}" - -`;
    expect(parse('elb', [line])).toEqual([
      { ...record, timestamp: '2025-11-14T10:00:00.123456Z', referrer: null, target: '/a' },
    ]);
  });

  it('refuses a truncated line', () => {
    expect(parse('alb', [alb('GET / HTTP/1.1').slice(0, 180)])).toEqual([null]);
  });
});

describe('findFormat', () => {
  const combined = `203.0.113.7 - - [14/Nov/2025:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "${FIREFOX}"`;

  it('detects the format although it cannot read some lines', () => {
    expect(found('junk', combined)).toBe('combined');
    expect(found(`www.example.org:443 ${combined} "-" rt=0.01`)).toBe('combined');
    expect(found(JSON.stringify(caddy))).toBe('json');
    expect(
      found('#Version: 1.0', '#Fields: date time c-ip cs-uri-stem sc-status', '2025-11-14 10:00:00 ::1 / 200'),
    ).toBe('w3c');
    expect(found(`h2 2025-11-14T10:00:00Z lb 203.0.113.7:1 - -1 -1 -1 502 - 0 0 "GET / HTTP/1.1" "-" - -`)).toBe('alb');
    expect(found(JSON.stringify(caddy), combined, combined)).toBe('combined');
  });

  it('detects nothing if no format can read any line', () => {
    expect(found('Dear diary,', '', '#Fields: date time')).toBeUndefined();
  });
});
