import { describe, expect, it } from 'vitest';
import { importOptions } from '../src/import/import-options.ts';

const URL_RULE = '--url takes a URL that starts with http:// or https://, such as http://localhost:3000';
const JSON_RULE =
  '--json-fields takes pairs such as time=ts,client=ip; the names on the left are time, client, request, method, target, query, hostname, status, bytes, referrer, user_agent';
const PERCENT_RULE = '--max-unparsable takes a percentage from 0 to 100.';
const SITE_RULE = '--site takes 1 to 64 of the characters A-Z a-z 0-9 . _ -';

describe('importOptions', () => {
  it.each([
    [[], 'Give the log files to import, or - for standard input.'],
    [['', '--site', 'a'], 'Give the log files to import, or - for standard input.'],
    [['a.log'], '--site ID is required: the site that the log belongs to.'],
    [['a.log', '--site'], "Option '--site <value>' argument missing."],
    [['a.log', '--site', ''], SITE_RULE],
    [['a.log', '--site', 'a b'], SITE_RULE],
    [['a.log', '--site', 'ä'], SITE_RULE],
    [['a.log', '--site', 'a\n'], SITE_RULE],
    [['a.log', '--site', 'x'.repeat(65)], SITE_RULE],
    [['a.log', '--site', 'a', '--bots'], "Unknown option '--bots'."],
    [['a.log', '--site', 'a', '--include-bots=yes'], "Option '--include-bots' does not take an argument."],
    [['a.log', '--site', 'a', '--url', 'localhost:3000'], URL_RULE],
    [['a.log', '--site', 'a', '--url', 'ftp://host'], URL_RULE],
    [['a.log', '--site', 'a', '--url', 'http://'], URL_RULE],
    [['a.log', '--site', 'a', '--url', 'http://u:p@host'], '--url takes a URL without user name and password.'],
    [['a.log', '--site', 'a', '--url', 'http://host/?x=1'], '--url takes a URL without ? and #.'],
    [
      ['a.log', '--site', 'a', '--format', 'xml'],
      '--format takes one of combined, common, json, caddy, traefik, nginx, w3c, iis, cloudfront, alb, elb',
    ],
    [['a.log', '--site', 'a', '--json-fields', 'time'], JSON_RULE],
    [['a.log', '--site', 'a', '--json-fields', 'when=ts'], JSON_RULE],
    [['a.log', '--site', 'a', '--json-fields', 'time=a=b'], JSON_RULE],
    [['a.log', '--site', 'a', '--max-unparsable', 'few'], PERCENT_RULE],
    [['a.log', '--site', 'a', '--max-unparsable', '101'], PERCENT_RULE],
    [
      ['a.log', '--site', 'a', '--identity', 'name'],
      '--identity takes content, or line-number for logs whose import was started with an earlier release.',
    ],
    [
      ['a.log', '--site', 'a', '--key', 'two words'],
      'The key of --key or MILLRACE_KEY must not be empty or contain spaces; keys look like mr_....',
    ],
  ])('answers %j with one sentence', (args, message) => {
    expect(importOptions(args)).toEqual({ kind: 'problem', message });
  });

  it('shows help if requested, even if other arguments are invalid', () => {
    expect(importOptions(['--help'])).toEqual({ kind: 'help' });
    expect(importOptions(['a', 'b', '-h'])).toEqual({ kind: 'help' });
  });

  it('by default sends to ingestion on this machine, without bots and assets', () => {
    expect(importOptions(['access.log.gz', '--site', 'My_site-1.example'])).toEqual({
      kind: 'import',
      options: {
        files: ['access.log.gz'],
        siteId: 'My_site-1.example',
        url: new URL('http://localhost:3000/events'),
        key: undefined,
        format: undefined,
        jsonFields: {},
        source: '',
        identity: 'content',
        includeBots: false,
        showBots: false,
        countAssets: false,
        includeUnfinished: false,
        hostnames: [],
        paths: [],
        maxUnparsable: 5,
        dryRun: false,
      },
    });
  });

  it('accepts several files and standard input, options in any order, and a URL with a path', () => {
    const args = [
      '--include-bots',
      '--url',
      'https://host/in/',
      '--site',
      'a',
      '-',
      'b.log',
      '--hostname',
      'a',
      '--hostname',
    ];
    expect(
      importOptions([...args, 'b', '--json-fields', 'time=ts, client=req.ip', '--max-unparsable', '0.5%']),
    ).toMatchObject({
      kind: 'import',
      options: {
        files: ['-', 'b.log'],
        url: new URL('https://host/in/events'),
        includeBots: true,
        hostnames: ['a', 'b'],
        jsonFields: { time: 'ts', client: 'req.ip' },
        maxUnparsable: 0.5,
      },
    });
  });

  it('takes key and URL from the environment unless they are arguments', () => {
    const environment = { MILLRACE_KEY: 'mr_environment', MILLRACE_URL: 'http://127.0.0.1:3100' };
    const optionsOf = (...args: string[]) => importOptions(['a.log', '--site', 'a', ...args], environment);
    expect(optionsOf()).toMatchObject({
      options: { key: 'mr_environment', url: new URL('http://127.0.0.1:3100/events') },
    });
    expect(optionsOf('--key', 'mr_argument', '--url', 'http://other')).toMatchObject({
      options: { key: 'mr_argument', url: new URL('http://other/events') },
    });
  });
});
