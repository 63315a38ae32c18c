/** Random events of every type that aggregations count, some of them malformed. */
import { createHash } from 'node:crypto';
import type { Random } from '@millrace/shared/testing/create-random';

export interface TestEvent {
  site_id: string;
  timestamp: string;
  event_id: string;
  event_type: string;
  path: string;
  user_id?: string;
  profile_id?: string;
  properties?: Record<string, unknown>;
}

export function uuidOf(text: string): string {
  const hex = createHash('md5').update(text).digest('hex');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

const users = [undefined, 'ada', 'bob', 'cem', 'dee', 'eve', 'fay', 'gus'];
const profiles = [undefined, 'banner', 'video'];
const currencies = ['EUR', 'EUR', 'USD'];
const amount = (random: Random) => `${random.below(200)}.${String(random.below(100)).padStart(2, '0')}`;

const properties: Record<string, (random: Random) => Record<string, unknown> | undefined> = {
  view: () => undefined,
  click: () => undefined,
  impression: () => undefined,
  ad_request: () => undefined,
  signup: () => undefined,
  payment: (random) => ({
    // Several payments of a transaction, if they have an amount.
    ...(random.below(3) > 0
      ? {
          transaction_id: `t${random.below(100)}`,
          amount: random.pick([amount(random), 12.5]),
          currency: random.pick(currencies),
        }
      : {
          transaction_id: `odd${random.below(1_000)}`,
          amount: random.pick([amount(random), amount(random), 'much', null]),
          currency: random.pick(random.below(20) === 0 ? ['euro', 7] : currencies),
        }),
    status: random.pick(['succeeded', 'succeeded', 'succeeded', 'failed']),
    ...(random.below(2) === 0 && { interval: random.pick(['month', 'year']) }),
  }),
  refund: (random) => ({
    transaction_id: `t${random.below(1_000)}`,
    amount: amount(random),
    currency: random.pick(currencies),
  }),
  revenue: (random) => ({ amount: random.pick([amount(random), '-1.5', 'x']), currency: random.pick(currencies) }),
  tournament_created: (random) => ({
    tournament_id: `cup-${random.below(60)}`,
    format: random.pick(['league', 'knockout', 'swiss']),
    players: random.below(64),
  }),
  tournament_completed: (random) => ({
    tournament_id: `cup-${random.below(60)}`,
    format: random.pick(['league', 'knockout', 'swiss']),
    players: random.below(64),
    duration_minutes: random.below(600) / 2,
    ...(random.below(2) === 0 && { revenue: amount(random), currency: random.pick(currencies) }),
  }),
};
const types = [...Object.keys(properties), 'view', 'view', 'impression', 'impression', 'click', 'payment', 'payment'];

/** `count` events of a site between two instants, at whole seconds. */
export function randomEvents(random: Random, siteId: string, count: number, from: number, to: number): TestEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const event_type = random.pick(types);
    const user_id = random.pick(users);
    const profile_id = random.pick(profiles);
    const given = properties[event_type]!(random);
    const second = from + random.below((to - from) / 1_000) * 1_000;
    return {
      site_id: siteId,
      timestamp: new Date(second).toISOString(),
      event_id: uuidOf(`${siteId} ${second} ${index} ${random.below(1e9)}`),
      event_type,
      path: '/',
      ...(user_id && { user_id }),
      ...(profile_id && { profile_id }),
      ...(given && { properties: given }),
    };
  });
}
