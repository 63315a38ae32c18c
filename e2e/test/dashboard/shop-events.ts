/** Three days of a shop with events for every tab of the panels. */
import type { GivenEvent } from './open-dashboard.js';

const ada = {
  ...{ user_id: 'ada', country: 'DE', region: 'Bavaria', city: 'Munich', browser: 'Firefox', browser_version: '140' },
  ...{ os: 'Linux', os_version: '6', device: 'desktop', screen: '1920x1080', language: 'de-DE' },
  ...{ hostname: 'shop.example', source: 'Google', channel: 'Organic Search', referrer: 'https://google.com/' },
};
const bob = {
  ...{ user_id: 'bob', country: 'FR', region: 'Brittany', city: 'Brest', browser: 'Chrome', browser_version: '150' },
  ...{ os: 'Android', os_version: '16', device: 'mobile', screen: '360x800', language: 'fr-FR' },
  ...{ hostname: 'shop.example', source: 'Newsletter', channel: 'Email', utm_source: 'newsletter' },
  ...{ utm_medium: 'email', utm_campaign: 'june', utm_term: 'tea', utm_content: 'top' },
};
const eve = {
  ...{ user_id: 'eve', country: 'SG', browser: 'Firefox', browser_version: '139', os: 'Linux', os_version: '5' },
  ...{ device: 'desktop', hostname: 'shop.example' },
};

export const shopEvents: GivenEvent[] = [
  { ...ada, timestamp: '2026-06-01T10:00:00Z', path: '/', title: 'Home' },
  { ...ada, timestamp: '2026-06-01T10:01:00Z', path: '/prices', title: 'Prices' },
  { ...ada, timestamp: '2026-06-01T10:02:00Z', path: '/prices', event_type: 'signup', properties: { plan: 'pro' } },
  {
    ...{ ...ada, timestamp: '2026-06-01T10:03:00Z', path: '/prices', event_type: 'outbound' },
    properties: { url: 'https://partner.example/' },
  },
  { ...bob, timestamp: '2026-06-02T09:00:00Z', path: '/', title: 'Home' },
  { ...bob, timestamp: '2026-06-02T09:00:20Z', path: '/gone', event_type: 'not_found' },
  {
    ...{ ...bob, timestamp: '2026-06-02T09:00:40Z', path: '/', event_type: 'download' },
    properties: { url: 'https://shop.example/list.pdf' },
  },
  { ...bob, timestamp: '2026-06-02T09:01:00Z', path: '/', event_type: 'signup', properties: { plan: 'free' } },
  { ...eve, timestamp: '2026-06-03T08:00:00Z', path: '/', title: 'Home' },
  { timestamp: '2026-06-03T08:30:00Z', path: '/', user_id: 'gpt', bot: 'GPTBot', device: 'bot' },
  { timestamp: '2026-06-03T08:31:00Z', path: '/prices', user_id: 'gpt', bot: 'GPTBot', device: 'bot' },
  { timestamp: '2026-06-03T08:32:00Z', path: '/', user_id: 'goo', bot: 'Googlebot', device: 'bot' },
];
