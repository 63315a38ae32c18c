/** The command line of the import: what each mistake is answered with, and what right arguments become. */
import { describe, expect, it } from 'vitest';
import { importOptions } from '../src/import/import-options.ts';

const URL_RULE = '--url takes an address that starts with http:// or https://, such as http://localhost:3000';
const SITE_RULE = '--site takes 1 to 64 of the characters A-Z a-z 0-9 . _ -';

describe('importOptions', () => {
  it.each([
    [[], 'Name the log file to import, or - for standard input.'],
    [['', '--site', 'a'], 'Name the log file to import, or - for standard input.'],
    [['a.log', 'b.log', '--site', 'a'], 'One file at a time: a.log, b.log are 2.'],
    [['a.log'], 'Say with --site ID which site the log belongs to.'],
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
    [['a.log', '--site', 'a', '--url', 'http://u:p@host'], '--url takes an address without user name and password.'],
    [['a.log', '--site', 'a', '--url', 'http://host/?x=1'], '--url takes an address without ? and #.'],
  ])('answers %j with one sentence', (args, message) => {
    expect(importOptions(args)).toEqual({ kind: 'problem', message });
  });

  it('shows help when asked, even beside mistakes in the rest', () => {
    expect(importOptions(['--help'])).toEqual({ kind: 'help' });
    expect(importOptions(['a', 'b', '-h'])).toEqual({ kind: 'help' });
  });

  it('sends to ingestion on this machine, without bots, unless told otherwise', () => {
    expect(importOptions(['access.log.gz', '--site', 'My_site-1.example'])).toEqual({
      kind: 'import',
      options: {
        file: 'access.log.gz',
        siteId: 'My_site-1.example',
        url: new URL('http://localhost:3000/events'),
        includeBots: false,
      },
    });
  });

  it('takes standard input, any order, and an address with a path', () => {
    expect(importOptions(['--include-bots', '--url', 'https://host/in/', '--site', 'a', '-'])).toEqual({
      kind: 'import',
      options: { file: '-', siteId: 'a', url: new URL('https://host/in/events'), includeBots: true },
    });
  });
});
