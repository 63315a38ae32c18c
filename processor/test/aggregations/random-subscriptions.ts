/** Random subscription histories as billing systems send them, including their errors. */
import type { Random } from '@millrace/shared/testing/create-random';
import { type TestEvent, uuidOf } from './random-events.js';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const intervals = ['month', 'month', 'month', 'quarter', 'year', 'week', 'day'];
const steps: Record<string, number> = { day: 1, week: 7, month: 30.4375, quarter: 91.3125, year: 365.25 };

interface Plan {
  amount: string;
  currency: string;
  interval: string;
  interval_count?: number;
}

interface Customer {
  user_id?: string;
  profile_id?: string;
  subscription_id?: string;
}

/** Due dates as a billing system computes them: in UTC, clamped to the end of the month. */
function dueAt(first: number, interval: string, number: number): number {
  if (interval === 'day' || interval === 'week') return first + number * steps[interval]! * dayMs;
  const months = ({ month: 1, quarter: 3 }[interval] ?? 12) * number;
  const date = new Date(first);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0));
  const day = Math.min(date.getUTCDate(), last.getUTCDate());
  return last.setUTCDate(day) + (first % dayMs);
}

export interface Span {
  from: number;
  to: number;
}

/** Values in stored events that predate the validation rules of their types. */
const oddities: Record<string, unknown[]> = {
  amount: ['much', '', '-5', '1e3', '1.0000001', ' 7', '٣', true, null, {}, ['5'], 12.5, 1e21, undefined],
  currency: ['eur', 'EURO', '', 7, null, ['EUR'], undefined],
  status: ['pending', '', true, null, undefined],
  interval: ['fortnight', 'Month', '', 1, null, {}, undefined],
  interval_count: [0, -1, 1e9, 367, 366, 1.5, '2', '', true, null, [1]],
  ends: ['soon', '', 1, true, null, 'period_end', {}],
  transaction_id: ['', 7, null, {}, [], true, undefined],
  refund_id: ['', 7, null, {}, false],
  subscription_id: ['', 42, null, {}, ['s'], false],
};

/** Incompressible, and too long for an index. */
const long = Array.from({ length: 200 }, (_, index) => uuidOf(`long ${index}`)).join('');

/** Copies of `count` events with one to three invalid properties and new ids. */
export function oddMoney(random: Random, events: TestEvent[], count: number): TestEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const event = random.pick(events);
    const properties: Record<string, unknown> = { ...event.properties, transaction_id: `odd-${index}` };
    for (let number = random.below(3); number >= 0; number -= 1) {
      const name = random.pick(Object.keys(oddities));
      properties[name] = random.pick([...oddities[name]!, long.slice(random.below(100))]);
    }
    if (random.below(4) === 0) return { ...event, event_id: uuidOf(`odd ${index}`), properties: {} };
    const { user_id, ...rest } = event;
    const who = random.below(4) > 0 && user_id !== undefined ? { user_id } : {};
    return { ...rest, ...who, event_id: uuidOf(`odd ${index}`), properties };
  });
}

/** All events of `count` subscriptions between two instants, unordered. */
export function randomSubscriptions(random: Random, siteId: string, count: number, span: Span): TestEvent[] {
  const events: TestEvent[] = [];
  let serial = 0;
  const send = (event_type: string, time: number, who: Customer, properties: object, event_id?: string) => {
    const { subscription_id, ...ids } = who;
    const second = Math.floor(time / 1_000) * 1_000;
    if (second < span.from || second >= span.to) return;
    serial += 1;
    events.push({
      site_id: siteId,
      timestamp: new Date(second).toISOString(),
      event_id: event_id ?? uuidOf(`${siteId} ${serial} ${random.below(1e9)}`),
      event_type,
      path: '',
      ...ids,
      properties: { ...properties, ...(subscription_id && { subscription_id }) },
    });
  };
  const amount = () => random.pick(['30.00', '100', '9.99', '0.07', '0', '19.50', '12']);
  const currency = () => random.pick(['EUR', 'EUR', 'USD']);

  const pay = (time: number, who: Customer, plan: Plan) => {
    serial += 1;
    const transaction_id = `t${siteId}${serial}-${random.below(1e6)}`;
    const payment = { transaction_id, status: 'succeeded', ...plan };
    if (random.below(9) === 0) send('payment', time - hourMs, who, { ...payment, status: 'failed' });
    const event_id = uuidOf(transaction_id);
    send('payment', time, who, payment, event_id);
    if (random.below(7) === 0) send('payment', time + random.pick([7_000, dayMs, 40 * dayMs]), who, payment, event_id);
    if (random.below(12) > 0) return;
    const later = time + random.below(60) * dayMs;
    const refund = { transaction_id, currency: plan.currency };
    const parts = random.pick([[plan.amount], [plan.amount], ['0.01'], ['0.07', '1000']]);
    for (const part of parts) {
      const refund_id = random.pick([undefined, `r${serial}-${random.below(1e6)}`]);
      send('refund', later, {}, { ...refund, amount: part, ...(refund_id && { refund_id }) });
      if (refund_id) send('refund', later + random.below(3) * dayMs, {}, { ...refund, amount: part, refund_id });
    }
  };

  const subscribe = (who: Customer) => {
    const newPlan = (): Plan => ({
      amount: amount(),
      currency: currency(),
      interval: random.pick(intervals),
      ...(random.below(4) === 0 && { interval_count: 1 + random.below(7) }),
    });
    let plan = newPlan();
    let first = span.from + random.below(span.to - span.from - 40 * dayMs);
    // Most anchors are on the last days of a month.
    if (random.below(3) > 0) first = new Date(first).setUTCDate(28 + random.below(4));
    let number = 0;
    for (let payments = 0; payments < 60; payments += 1) {
      const at = dueAt(first, plan.interval, number * (plan.interval_count || 1));
      if (at > span.to) return;
      const late = random.pick([0, 0, 0, 0, 0, 1, 2, 3, 3, -1, -2, -6, -20, 5, 40]);
      const time = at + late * dayMs + random.below(6) * hourMs;
      pay(time, who, plan);
      number += 1;
      const middle = time + random.below(Math.ceil(steps[plan.interval]!)) * dayMs;
      const what = random.below(16);
      if (what === 0) send('subscription_changed', middle, who, { ...plan, amount: amount() });
      if (what === 1) send('subscription_changed', middle, who, newPlan());
      if (what === 2) pay(middle, who, { ...plan, amount: amount() });
      if (what === 3) {
        const ends = random.pick([undefined, 'now', 'period_end', 'period_end']);
        send('subscription_canceled', middle, who, {
          ...random.pick([{}, { currency: plan.currency }]),
          ...(ends && { ends }),
        });
        if (random.below(2) === 0) return;
        first = middle + random.below(90) * dayMs;
        number = 0;
      }
      if (what === 4) {
        plan = newPlan();
        first = middle;
        number = 0;
      }
    }
  };

  for (let index = 0; index < count; index += 1) {
    const who: Customer = random.pick([
      { user_id: `user-${random.below(count)}` },
      { user_id: `user-${random.below(count)}`, profile_id: random.pick(['banner', 'video']) },
      { user_id: `user-${random.below(count)}`, subscription_id: `s${siteId}${index}` },
      { user_id: `user-${random.below(count)}`, subscription_id: `s${siteId}${index}` },
      { subscription_id: `s${siteId}${index}` },
    ]);
    subscribe(who);
  }
  return events;
}
