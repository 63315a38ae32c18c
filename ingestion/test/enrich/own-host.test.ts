import type { Event } from '@millrace/shared/contract/event-columns';
import { expect, it } from 'vitest';
import { createEnrich, type EnrichDeps } from '../../src/enrich/enrich-event.ts';

const enrich = createEnrich({
  sites: { settingsOf: () => ({ off: [], hostnames: ['other.example'], sessionMinutes: 30 }), salts: () => undefined },
  readAgent: () => ({}),
  locator: { locate: () => ({}), close: () => {} },
  nameVisitor: () => undefined,
  now: Date.now,
} as unknown as EnrichDeps);

function sourceOf(hostname: string, referrer: string): string | undefined {
  const event = { site_id: 'shop', event_type: 'view', path: '/', hostname, referrer } as Event;
  expect(enrich({ ok: true, event, hasContext: true, visitor: undefined }, undefined)).toBe(true);
  return event.source;
}

it.each([
  ['shop.example', 'https://shop.example/'],
  ['SHOP.EXAMPLE', 'https://www.shop.example/'],
  ['www.shop.example', 'https://shop.example/'],
  ['Shop.Example:80', 'https://shop.example/'],
  ['shop.example.', 'https://shop.example:8443/'],
  ['bücher.example', 'https://xn--bcher-kva.example/'],
  ['[2001:db8::1]', 'http://[2001:db8:0::1]:3000/'],
  ['shop.example', 'https://other.example/'],
])('a visit to %s from %s has no source, because both are the same site', (hostname, referrer) => {
  expect(sourceOf(hostname, referrer)).toBeUndefined();
});

it.each([
  ['shop.example', 'https://news.example/', 'news.example'],
  ['', 'https://shop.example/', 'shop.example'],
])('a visit to %j from %s has a source', (hostname, referrer, source) => {
  expect(sourceOf(hostname, referrer)).toBe(source);
});
