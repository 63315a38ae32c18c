import { describe, expect, it } from 'vitest';
import { visitorId } from '../../src/enrich/visitor-id.ts';

const salt = Buffer.alloc(16, 1);
const idOf = (address: string) => visitorId(salt, 'shop', address, 'curl/8.5.0');

describe('visitorId', () => {
  it('is the same in every version, so that an upgrade does not split visitors', () => {
    expect(idOf('203.0.113.7')).toBe('~qJZkG8HpyNn_g64nBv-p6w');
  });

  it('differs by salt, site, address and user agent', () => {
    const ids = [
      visitorId(salt, 'shop', '203.0.113.7', 'a'),
      visitorId(Buffer.alloc(16, 2), 'shop', '203.0.113.7', 'a'),
      visitorId(salt, 'blog', '203.0.113.7', 'a'),
      visitorId(salt, 'shop', '203.0.113.8', 'a'),
      visitorId(salt, 'shop', '203.0.113.7', 'b'),
    ];
    expect(new Set(ids).size).toBe(5);
  });

  it('does not confuse the end of one part with the beginning of the next', () => {
    const parts: [string, string, string][] = [
      ['shop', '', 'x'],
      ['shopx', '', ''],
      ['shop', 'x', ''],
      ['', 'shop', 'x'],
      ['shop","', '', 'x'],
      ['shop', '","', 'x'],
      ['shop', '', '\ud800'],
      ['shop', '', '\ufffd'],
    ];
    expect(new Set(parts.map((part) => visitorId(salt, ...part))).size).toBe(parts.length);
  });

  it('stays the same when a visitor returns, but not on another site or day', () => {
    const again = () => [
      visitorId(salt, 'shop', '203.0.113.7', 'a'),
      visitorId(salt, 'blog', '203.0.113.7', 'a'),
      visitorId(Buffer.alloc(16, 3), 'shop', '203.0.113.7', 'a'),
    ];
    const first = again();
    expect(new Set(first).size).toBe(3);
    expect(again()).toEqual(first);
  });

  it('uses the /64 of an IPv6 address in any notation', () => {
    const home = [
      ...[
        '2001:db8:1:2::1',
        '2001:db8:1:2:ffff:ffff:ffff:ffff',
        '2001:0DB8:0001:0002:0:0:0:1',
        '[2001:db8:1:2::1]:443',
      ],
      ...['2001:db8:1:2::', '2001:db8:1:2::1%eth0', '2001:db8:1:2::1.2.3.4'],
    ];
    expect(new Set(home.map(idOf)).size).toBe(1);
    expect(new Set([...home, '2001:db8:1:3::1', '2001:db8:1::2', '2001:db8:0:1:2::', '::1'].map(idOf)).size).toBe(5);
  });

  it('treats an IPv4-mapped IPv6 address as IPv4', () => {
    const same = [
      '203.0.113.7',
      '::ffff:203.0.113.7',
      '::FFFF:cb00:7107',
      '0:0:0:0:0:ffff:203.0.113.7',
      '203.0.113.7:52001',
    ];
    expect(new Set(same.map(idOf)).size).toBe(1);
  });

  it('accepts any text in place of an address', () => {
    expect(new Set(['', 'unknown', '_hidden'].map(idOf)).size).toBe(3);
  });
});
