/** Requests that a running service accepts as they are, if it needs no key or gets one. */

const view = { site_id: 'demo', event_type: 'view', path: '/pricing' };
const signup = { site_id: 'demo', event_type: 'signup', path: '/welcome', user_id: 'ada' };
const sent = { event_id: 'order-1042', timestamp: '2025-11-14T10:00:00Z' };

const payment = {
  ...{ site_id: 'demo', event_type: 'payment', path: '/checkout', user_id: 'ada', ...sent },
  properties: { transaction_id: 't-1042', amount: '12.50', currency: 'EUR', status: 'succeeded' },
};

const fromServer = {
  ...{ ...view, referrer: 'https://news.example/', title: 'Pricing' },
  context: { ip: '203.0.113.7', user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' },
};

interface Example {
  summary: string;
  value: unknown;
}
export type Examples = Record<string, Example>;

export const eventExamples: Examples = {
  view: { summary: 'A view of a page', value: view },
  payment: { summary: 'A payment, which can be sent again without counting twice', value: payment },
  fromServer: { summary: 'A view that a server reports for a visitor', value: fromServer },
};

export const batchExamples: Examples = {
  list: { summary: 'A list', value: [view, signup] },
  events: { summary: 'An object', value: { events: [view, payment], sent_at: '2025-11-14T10:00:20Z' } },
  batch: { summary: 'An object, as other tools name it', value: { batch: [view] } },
};

const linesOf = (events: unknown[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');

export const lineExamples: Examples = {
  lines: { summary: 'Two events', value: linesOf([view, signup]) },
};

/** The same bodies as text, as `navigator.sendBeacon` sends them. */
export const asText = (examples: Examples): Examples =>
  Object.fromEntries(
    Object.entries(examples).map(([name, { summary, value }]) => [name, { summary, value: JSON.stringify(value) }]),
  );

/** Values of the parameters of `GET /event`. */
export const parameterExamples: Record<string, string> = { ...view, path: '/newsletter' };

/** `writeKey` has the site if no key is required; a key goes into the header. */
const message = { writeKey: 'demo', userId: 'ada' };
const page = { url: 'https://shop.example/pricing', title: 'Pricing', referrer: 'https://news.example/' };

export const messageExamples: Record<string, object> = {
  track: { ...message, event: 'trial', properties: { plan: 'pro' } },
  page: { ...message, name: 'Pricing', properties: page },
  identify: { ...message, traits: { plan: 'pro' } },
  screen: { ...message, name: 'Home' },
  group: { ...message, groupId: 'acme' },
  alias: { ...message, previousId: 'visitor-7' },
};

export const messagesExample = {
  writeKey: 'demo',
  sentAt: '2025-11-14T10:00:20Z',
  batch: [
    { type: 'page', messageId: 'm-1', timestamp: '2025-11-14T10:00:00Z', userId: 'ada', properties: page },
    { type: 'track', messageId: 'm-2', timestamp: '2025-11-14T10:00:05Z', userId: 'ada', event: 'trial' },
  ],
};

const umamiView = { type: 'event', payload: { website: 'demo', url: '/pricing', title: 'Pricing', language: 'de-AT' } };
const umamiEvent = {
  type: 'event',
  payload: { website: 'demo', url: '/pricing', name: 'trial', data: { plan: 'pro' } },
};

export const umamiExamples: Examples = {
  view: { summary: 'A view of a page', value: umamiView },
  event: { summary: 'An event with a name', value: umamiEvent },
};

export const umamiBatchExample = [umamiView, umamiEvent];
