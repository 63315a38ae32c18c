import { describe, expect, it } from 'vitest';
import { type FoundSource, findSource, type GivenSource } from '../../src/enrich/find-source.ts';
import { sourceHosts } from '../../src/enrich/source-hosts.ts';

const found = (source: string, channel: FoundSource['channel']): FoundSource => ({ source, channel });

describe('a referrer', () => {
  it.each<[string, FoundSource]>([
    ['www.google.de', found('Google', 'Organic Search')],
    ['google.co.uk', found('Google', 'Organic Search')],
    ['google.com.br', found('Google', 'Organic Search')],
    ['WWW.GOOGLE.COM.', found('Google', 'Organic Search')],
    ['news.google.com', found('Google News', 'Referral')],
    ['docs.google.com', found('Google Docs', 'Referral')],
    ['mail.google.com', found('Gmail', 'Email')],
    ['gemini.google.com', found('Gemini', 'AI Assistants')],
    ['www.bing.com', found('Bing', 'Organic Search')],
    ['edgeservices.bing.com', found('Copilot', 'AI Assistants')],
    ['duckduckgo.com', found('DuckDuckGo', 'Organic Search')],
    ['search.yahoo.co.jp', found('Yahoo', 'Organic Search')],
    ['mail.yahoo.com', found('Yahoo Mail', 'Email')],
    ['yandex.com.tr', found('Yandex', 'Organic Search')],
    ['m.baidu.com', found('Baidu', 'Organic Search')],
    ['l.facebook.com', found('Facebook', 'Organic Social')],
    ['t.co', found('X', 'Organic Social')],
    ['lnkd.in', found('LinkedIn', 'Organic Social')],
    ['out.reddit.com', found('Reddit', 'Organic Social')],
    ['news.ycombinator.com', found('Hacker News', 'Organic Social')],
    ['m.youtube.com', found('YouTube', 'Video')],
    ['www.amazon.co.jp', found('Amazon', 'Shopping')],
    ['aws.amazon.com', found('AWS', 'Referral')],
    ['eur01.safelinks.protection.outlook.com', found('Outlook', 'Email')],
    ['chatgpt.com', found('ChatGPT', 'AI Assistants')],
    ['www.perplexity.ai', found('Perplexity', 'AI Assistants')],
    ['claude.ai', found('Claude', 'AI Assistants')],
    ['copilot.microsoft.com', found('Copilot', 'AI Assistants')],
    ['www.awin1.com', found('Awin', 'Affiliates')],
    ['googleads.g.doubleclick.net', found('Google Display Network', 'Display')],
    ['com.google.android.gm', found('Gmail', 'Email')],
    ['com.google.android.googlequicksearchbox', found('Google', 'Organic Search')],
    ['com.linkedin.android', found('LinkedIn', 'Organic Social')],
  ])('%s is a known source', (referrerHost, expected) => {
    expect(findSource({ referrerHost })).toEqual(expected);
  });

  it.each([
    ...[
      ['notgoogle.com', 'notgoogle.com'],
      ['google.evil.com', 'google.evil.com'],
      ['google.com.evil.example', 'google.com.evil.example'],
    ],
    ...[
      ['www.blog.example', 'blog.example'],
      ['Blog.Example.', 'blog.example'],
      ['www.example', 'www.example'],
    ],
    ...[
      ['192.168.0.1', '192.168.0.1'],
      ['localhost', 'localhost'],
      ['com.example.app', 'com.example.app'],
      ['__proto__', '__proto__'],
    ],
    [`${'a'.repeat(60)}.${'b'.repeat(50)}.example`, `${'b'.repeat(50)}.example`],
    ['x'.repeat(100), 'x'.repeat(64)],
  ])('%s, which is unknown, is a referral with the host as its source', (referrerHost, source) => {
    expect(findSource({ referrerHost })).toEqual({ source, channel: 'Referral' });
  });

  it.each([undefined, '', ' ', '.'])('%j counts as no referrer', (referrerHost) => {
    expect(findSource({ referrerHost })).toEqual({ channel: 'Direct' });
  });
});

describe('utm_source', () => {
  it.each<[string, FoundSource]>([
    ...['google', 'Google', ' GOOGLE ', 'google.com', 'www.google.de', 'https://www.google.com/search', 'adwords'].map(
      (name): [string, FoundSource] => [name, found('Google', 'Organic Search')],
    ),
    ...['fb', 'facebook', 'Facebook.com', 'm.facebook.com'].map((name): [string, FoundSource] => [
      name,
      found('Facebook', 'Organic Social'),
    ]),
    ['ig', found('Instagram', 'Organic Social')],
    ['twitter', found('X', 'Organic Social')],
    ['newsletter', found('Newsletter', 'Email')],
    ['chatgpt.com', found('ChatGPT', 'AI Assistants')],
    ['youtube', found('YouTube', 'Video')],
    ['Spring Partner', found('Spring Partner', 'Referral')],
    ['www.partner.example', found('partner.example', 'Referral')],
    ['shop', found('shop', 'Referral')],
    ['constructor', found('constructor', 'Referral')],
    ['é'.repeat(100), found('é'.repeat(64), 'Referral')],
  ])('%j takes precedence over the referrer', (utm_source, expected) => {
    expect(findSource({ utm_source, referrerHost: 'www.bing.com' })).toEqual(expected);
  });

  it('that is empty is ignored in favour of the referrer', () => {
    expect(findSource({ utm_source: ' ', referrerHost: 'www.bing.com' })).toEqual(found('Bing', 'Organic Search'));
  });
});

describe('a click id', () => {
  it.each<[string, FoundSource]>([
    ['gclid', found('Google', 'Paid Search')],
    ['gbraid', found('Google', 'Paid Search')],
    ['wbraid', found('Google', 'Paid Search')],
    ['msclkid', found('Bing', 'Paid Search')],
    ['dclid', found('Google Marketing Platform', 'Display')],
    ['ttclid', found('TikTok', 'Paid Social')],
    ['twclid', found('X', 'Paid Social')],
    ['li_fat_id', found('LinkedIn', 'Paid Social')],
    ['mc_eid', found('Mailchimp', 'Email')],
    ['irclickid', found('Impact', 'Affiliates')],
    ['fbclid', found('Facebook', 'Organic Social')],
    ['other', { channel: 'Direct' }],
  ])('%s alone', (click_id, expected) => {
    expect(findSource({ click_id })).toEqual(expected);
  });

  it.each<[string, GivenSource, FoundSource]>([
    [
      'takes precedence over the referrer',
      { click_id: 'gclid', referrerHost: 'blog.example' },
      found('Google', 'Paid Search'),
    ],
    [
      'marks a visit from its own source as paid',
      { click_id: 'gclid', utm_source: 'google' },
      found('Google', 'Paid Search'),
    ],
    [
      'determines the channel of an unknown source',
      { click_id: 'gclid', utm_source: 'spring' },
      found('spring', 'Paid Search'),
    ],
    [
      'is ignored for another known source',
      { click_id: 'gclid', utm_source: 'newsletter' },
      found('Newsletter', 'Email'),
    ],
    [
      'is overridden by a medium',
      { click_id: 'gclid', utm_source: 'google', utm_medium: 'display' },
      found('Google', 'Display'),
    ],
    [
      'from Facebook does not mean a paid visit',
      { click_id: 'fbclid', utm_source: 'fb' },
      found('Facebook', 'Organic Social'),
    ],
    [
      'from Facebook is paid if a medium says so',
      { click_id: 'fbclid', utm_source: 'fb', utm_medium: 'paid' },
      found('Facebook', 'Paid Social'),
    ],
    [
      'from Facebook may come from Instagram',
      { click_id: 'fbclid', referrerHost: 'l.instagram.com' },
      found('Instagram', 'Organic Social'),
    ],
    [
      'from Facebook may be in a copied link',
      { click_id: 'fbclid', referrerHost: 'www.google.com' },
      found('Google', 'Organic Search'),
    ],
  ])('%s', (_rule, given, expected) => {
    expect(findSource(given)).toEqual(expected);
  });
});

describe('the table of sources', () => {
  const words = sourceHosts.flatMap(([, places]) => Object.values(places).flatMap((text) => text.split(' ')));

  it('assigns each host and spelling to only one source', () => {
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
    const names = sourceHosts.flatMap(([, places]) => Object.keys(places));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('is in lower case, with names that fit the column', () => {
    expect(words.filter((word) => !/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?:\.\*)?$/.test(word))).toEqual([]);
  });
});
