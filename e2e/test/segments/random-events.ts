/** Random events with all values that segment columns must distinguish. */
import type { Random } from '@millrace/shared/testing/create-random';

const minute = 60_000;
const day = 86_400_000;

const types = ['view', 'view', 'view', 'click', 'impression', 'sign"up', "it's; --"];
const paths = [
  '/',
  '/a',
  '/A',
  '/a/b?c=%20',
  '',
  "/o'brien",
  '/ünï',
  '/100%',
  '/under_score',
  '/😀',
  '/ﬀ',
  '/日本',
  '/مرحبا',
];
const referrers = [
  'https://News.Example/path?x=1',
  'news.example/y',
  '//odd',
  'android-app://com.app/#x',
  'https://own.example/',
];
const amounts = [10, 10.5, -3, 0, 1e21, 123456789, 0.1, 1e-7, '1.50', '-007', '9007199254740993', 'ten', null];
const plans = ['pro', 'Pro', 'free', '', '10', '10.50', '-3', '1e3', 'null', 'ﬀ'];

function propertiesOf(random: Random): Record<string, unknown> {
  return {
    ...(random() < 0.7 && { plan: random() < 0.05 ? `plan-${random.below(100)}` : random.pick(plans) }),
    ...(random() < 0.5 && { amount: random.pick(amounts) }),
    ...(random() < 0.2 && { list: [1, { a: 'x' }] }),
    ...(random() < 0.1 && { hostname: 'old.example' }),
    ...(random() < 0.2 && { ok: random() < 0.5 }),
    ...(random() < 0.1 && { nothing: null }),
    ...(random() < 0.1 && { [`rare-${random.below(30)}`]: 'x' }),
  };
}

/** Some of the columns that pages send. */
function contextOf(random: Random): object {
  return {
    ...(random() < 0.7 && { country: random.pick(['DE', 'AT', 'IN']) }),
    ...(random() < 0.5 && { browser: random.pick(['Firefox', 'Chrome', '']) }),
    ...(random() < 0.5 && { hostname: random.pick(['shop.example', 'own.example']) }),
    ...(random() < 0.3 && { query: random.pick(['a=1', 'utm_source=x&b=%20', '']) }),
    ...(random() < 0.2 && { utm_campaign: `campaign-${random.below(50)}` }),
    ...(random() < 0.1 && { bot: random.pick(['GPTBot', 'Googlebot']) }),
  };
}

/** Maximum age of events. */
const anyTime = [20 * minute, 3 * 60 * minute, 2 * day, 40 * day];

/** With microseconds; many are at the same instant. */
function timeOf(random: Random, now: Date, backs: readonly number[]): string {
  const ms = now.getTime() - Math.floor(random() * random.pick(backs));
  const text = new Date(ms - (ms % random.pick([1, 1_000, minute, 15 * minute]))).toISOString();
  return random() < 0.2 ? text.replace('Z', `${String(random.below(1_000)).padStart(3, '0')}Z`) : text;
}

export const randomId = (random: Random): string =>
  `0190a5b0-7c3d-7000-8000-${String(random.below(1e9)).padStart(12, '0')}`;

/** Most users return often, some never. */
const userOf = (random: Random) => (random() < 0.1 ? `guest-${random.below(300)}` : `user-${random.below(40)}`);

export interface RandomEvents {
  siteId?: string;
  /** Milliseconds, see {@link anyTime}; if negative, events are in the future. */
  backs?: readonly number[];
}

export function randomEvents(
  random: Random,
  count: number,
  now: Date,
  { siteId = 'demo', backs = anyTime }: RandomEvents = {},
) {
  return Array.from({ length: count }, () => ({
    site_id: siteId,
    timestamp: timeOf(random, now, backs),
    event_id: randomId(random),
    event_type: random.pick(types),
    path: random() < 0.05 ? `/page-${random.below(200)}` : random.pick(paths),
    ...(random() < 0.8 && { user_id: userOf(random) }),
    ...(random() < 0.6 && { session_id: `session-${random.below(5)}` }),
    ...(random() < 0.5 && { profile_id: `profile-${random.below(4)}` }),
    ...(random() < 0.5 && { referrer: random.pick(referrers) }),
    ...(random() < 0.7 && { properties: propertiesOf(random) }),
    ...(random() < 0.4 && contextOf(random)),
  }));
}
