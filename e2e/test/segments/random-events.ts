/** Events with everything that columns of segments must tell apart. */
import type { Random } from '@millrace/shared/testing/create-random';

const minute = 60_000;
const day = 86_400_000;

const types = ['view', 'view', 'view', 'click', 'sign"up', "it's; --"];
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
    ...(random() < 0.7 && { plan: random.pick(plans) }),
    ...(random() < 0.5 && { amount: random.pick(amounts) }),
    ...(random() < 0.2 && { list: [1, { a: 'x' }] }),
    ...(random() < 0.2 && { ok: random() < 0.5 }),
    ...(random() < 0.1 && { nothing: null }),
    ...(random() < 0.1 && { [`rare-${random.below(30)}`]: 'x' }),
  };
}

/** With microseconds, and many at the same instant. */
function timeOf(random: Random, now: Date): string {
  const back = random.pick([20 * minute, 3 * 60 * minute, 2 * day, 40 * day]);
  const ms = now.getTime() - Math.floor(random() * back);
  const text = new Date(ms - (ms % random.pick([1, 1_000, minute]))).toISOString();
  return random() < 0.2 ? text.replace('Z', `${String(random.below(1_000)).padStart(3, '0')}Z`) : text;
}

export function randomEvents(random: Random, count: number, now: Date, siteId = 'demo') {
  return Array.from({ length: count }, () => ({
    site_id: siteId,
    timestamp: timeOf(random, now),
    event_id: `0190a5b0-7c3d-7000-8000-${String(random.below(1e9)).padStart(12, '0')}`,
    event_type: random.pick(types),
    path: random.pick(paths),
    ...(random() < 0.8 && { user_id: `user-${random.below(40)}` }),
    ...(random() < 0.6 && { session_id: `session-${random.below(60)}` }),
    ...(random() < 0.5 && { profile_id: `profile-${random.below(4)}` }),
    ...(random() < 0.5 && { referrer: random.pick(referrers) }),
    ...(random() < 0.7 && { properties: propertiesOf(random) }),
  }));
}
