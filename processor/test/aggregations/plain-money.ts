/** Computes revenue by its definition, day by day and in fractions. */
import { localDate, periodStart } from './plain-aggregates.js';
import type { TestEvent } from './random-events.js';

/** n / d */
type Fraction = [bigint, bigint];
const zero: Fraction = [0n, 1n];
const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));
const reduced = ([n, d]: Fraction): Fraction => [n / gcd(n, d), d / gcd(n, d)];
const add = ([a, b]: Fraction, [c, d]: Fraction): Fraction => reduced([a * d + c * b, b * d]);
const negative = ([n, d]: Fraction): Fraction => [-n, d];
const times = ([n, d]: Fraction, factor: Fraction): Fraction => reduced([n * factor[0], d * factor[1]]);
const isZero = ([n]: Fraction) => n === 0n;
const total = (list: Fraction[]) => list.reduce(add, zero);

/** Like Postgres, rounds half away from zero. */
function rounded([n, d]: Fraction, digits: number): number {
  const scaled = (n < 0n ? -n : n) * 10n ** BigInt(digits);
  const units = (2n * scaled + d) / (2n * d);
  return (Number(units) / 10 ** digits) * (n < 0n && units !== 0n ? -1 : 1);
}
const percentOf = (part: Fraction, whole: Fraction) =>
  isZero(whole) ? null : rounded(times([part[0] * whole[1], part[1] * whole[0]], [100n, 1n]), 4);

const isAmount = (amount: unknown) =>
  (typeof amount === 'string' || typeof amount === 'number') && /^\d{1,12}(\.\d{1,6})?$/.test(String(amount));
function fractionOf(amount: unknown): Fraction {
  const [whole, fraction = ''] = String(amount).split('.');
  return reduced([BigInt(whole + fraction), 10n ** BigInt(fraction.length)]);
}

interface Event extends TestEvent {
  day: string;
  properties: Record<string, unknown>;
}

const before = (one: Event, other: Event) =>
  one.timestamp < other.timestamp || (one.timestamp === other.timestamp && one.event_id < other.event_id);

const isNothing = (value: unknown) => value === undefined || value === null;
/** An id as text; undefined if it is invalid. */
const nameIn = (value: unknown) =>
  (typeof value === 'string' || typeof value === 'number') && /^.{1,128}$/su.test(String(value))
    ? String(value)
    : undefined;
const isNamed = ({ properties: { subscription_id: id } }: Event) => isNothing(id) || nameIn(id) !== undefined;
const isCurrency = (value: unknown) => typeof value === 'string' && /^[A-Z]{3}$/.test(value);
const isOf = (value: unknown, ...values: string[]) => typeof value === 'string' && values.includes(value);

/** Whether a payment is for a recurring plan. */
function recurs(event: Event): boolean {
  const { interval, interval_count: count } = event.properties;
  const isCount = Number.isInteger(count) && Number(count) >= 1 && Number(count) <= 366;
  return isOf(interval, ...Object.keys(lengths)) && (isNothing(count) || isCount) && isNamed(event);
}

function isMoney(event: Event): boolean {
  const { event_type, user_id, properties } = event;
  const { amount, currency, status, ends, subscription_id } = properties;
  const isWhose = Boolean(nameIn(subscription_id) ?? user_id) && isNamed(event);
  const isPrice = isAmount(amount) && isCurrency(currency);
  if (event_type === 'payment') return isPrice && isOf(status, 'succeeded', 'failed');
  if (event_type === 'refund') return isPrice;
  if (event_type === 'subscription_changed') return isPrice && isWhose && recurs(event);
  if (event_type !== 'subscription_canceled') return false;
  return (
    isWhose && (isNothing(currency) || isCurrency(currency)) && (isNothing(ends) || isOf(ends, 'now', 'period_end'))
  );
}

/** The key by which an event is counted once. */
function identity(event: Event): string {
  const { event_type, event_id, properties } = event;
  if (event_type === 'payment' && properties.status === 'succeeded')
    return `paid ${nameIn(properties.transaction_id) ?? event_id}`;
  if (event_type === 'payment') return `failed ${event_id}`;
  if (event_type === 'refund') return `refund ${nameIn(properties.refund_id) ?? event_id}`;
  return `${event_type} ${event_id}`;
}

function firstOfEach(events: TestEvent[], zone: string): Event[] {
  const seen = new Set<string>();
  return events
    .map((event) => ({ ...event, properties: event.properties ?? {}, day: localDate(event.timestamp, zone) }))
    .filter(isMoney)
    .sort((one, other) => (before(one, other) ? -1 : 1))
    .filter((event) => !seen.has(identity(event)) && seen.add(identity(event)));
}

const firstPayments = new WeakMap<TestEvent[], Event[]>();

/** How many of a profile's payments are counted for it, given all `events`. */
export function countPayments(own: TestEvent[], events: TestEvent[]): number {
  const first =
    firstPayments.get(events) ?? firstOfEach(events, 'UTC').filter(({ event_type }) => event_type === 'payment');
  firstPayments.set(events, first);
  const succeeded = own.filter(
    ({ event_type, properties }) => event_type === 'payment' && properties?.status === 'succeeded',
  );
  const counted = succeeded.filter(({ timestamp, properties }) => {
    const known = first.find(
      (other) =>
        other.properties.transaction_id === properties!.transaction_id && other.properties.status === 'succeeded',
    );
    return known === undefined || known.timestamp >= timestamp;
  });
  return new Set(counted.map(({ properties }) => properties!.transaction_id)).size;
}

const dayMs = 86_400_000;
const ms = (day: string) => Date.parse(day);
const text = (time: number) => new Date(time).toISOString().slice(0, 10);

const lengths: Record<string, [number, number]> = {
  day: [0, 1],
  week: [0, 7],
  month: [1, 0],
  quarter: [3, 0],
  year: [12, 0],
};
const yearly: Record<string, bigint> = { day: 365n, week: 52n, month: 12n, quarter: 4n, year: 1n };
const countOf = ({ properties }: Event) => Number(properties.interval_count ?? 1);
const sameplan = (one: Event, other: Event) =>
  one.properties.interval === other.properties.interval && countOf(one) === countOf(other);

function due(anchor: string, plan: Event, number: number): string {
  const [months, days] = lengths[String(plan.properties.interval)]!;
  const steps = number * countOf(plan);
  const date = new Date(ms(anchor) + steps * days * dayMs);
  if (months === 0) return text(date.getTime());
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + steps * months;
  const inMonth = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
  return text(Date.UTC(Math.floor(month / 12), month % 12, Math.min(date.getUTCDate(), inMonth)));
}

const annualOf = (event: Event): Fraction =>
  times(fractionOf(event.properties.amount), [yearly[String(event.properties.interval)]!, BigInt(countOf(event))]);

function isRefunded(payment: Event, known: Event[]): boolean {
  const refunds = known.filter(
    ({ event_type, properties }) =>
      event_type === 'refund' &&
      transactionOf(payment) !== undefined &&
      nameIn(properties.transaction_id) === transactionOf(payment) &&
      properties.currency === payment.properties.currency,
  );
  const sum = total(refunds.map(({ properties }) => fractionOf(properties.amount)));
  return sum[0] > 0n && add(fractionOf(payment.properties.amount), negative(sum))[0] <= 0n;
}

/** The first due day after two days. */
function nextDue(anchor: string, plan: Event, paid: string, day: string): string {
  for (let number = 1; ; number += 1) {
    const through = due(anchor, plan, number);
    if (through > paid && through > day) return through;
  }
}

/** The state of one subscription from its events in chronological order. */
function describeSubscription(events: Event[], graceDays: number) {
  /** The state as if payments that are refunded by the end of `known` had never been made. */
  const stateAfter = (known: Event[]) => {
    let [anchor, paid, end] = ['', '', ''];
    let [payment, plan]: (Event | undefined)[] = [];
    for (const event of known) {
      const { day, event_type, properties } = event;
      if (event_type === 'subscription_canceled')
        end = properties.ends === 'period_end' && day < paid && day < end ? paid : '';
      else if (event_type === 'subscription_changed') plan = day < end ? event : plan;
      if (event_type !== 'payment' || isRefunded(event, known)) continue;
      const goesOn = payment !== undefined && sameplan(payment, event) && day <= end;
      if (!goesOn) [anchor, paid] = [day, day];
      [payment, plan] = [event, event];
      paid = nextDue(anchor, event, paid, day);
      end = text(ms(paid) + graceDays * dayMs);
    }
    return plan && { end, currency: String(plan.properties.currency), annual: annualOf(plan) };
  };
  const states = new Map<number, ReturnType<typeof stateAfter>>();

  /** Currency and annual worth at the end of a day. */
  return (day: string): [string, Fraction] | undefined => {
    const known = events.filter((event) => event.day <= day);
    if (!states.has(known.length)) states.set(known.length, stateAfter(known));
    const state = states.get(known.length);
    return state && day < state.end ? [state.currency, state.annual] : undefined;
  };
}

const transactionOf = ({ properties }: Event) => nameIn(properties.transaction_id);

function nameOf(event: Event): string {
  const { user_id, profile_id, properties } = event;
  const id = nameIn(properties.subscription_id);
  if (id !== undefined) return JSON.stringify(['id', id]);
  if (user_id) return JSON.stringify(['user', user_id, profile_id, properties.currency]);
  return JSON.stringify(['transaction', transactionOf(event) ?? event.event_id]);
}

/** Events of each subscription, by customer. */
function customersOf(events: Event[]): Event[][][] {
  const payments = events.filter(
    (event) => event.event_type === 'payment' && event.properties.status === 'succeeded' && recurs(event),
  );
  const customers = new Map<string, Event[][]>();
  for (const name of new Set(payments.map(nameOf))) {
    const own = payments.filter((payment) => nameOf(payment) === name);
    const transactions = new Set(own.map(transactionOf));
    const all = events.filter((event) => {
      const { event_type, user_id, profile_id, properties } = event;
      if (event_type === 'refund') return transactions.has(transactionOf(event));
      if (event_type === 'subscription_changed') return nameOf(event) === name;
      if (event_type !== 'subscription_canceled') return own.includes(event);
      if (!isNothing(properties.subscription_id) || !isNothing(properties.currency)) return nameOf(event) === name;
      return (
        isNothing(nameIn(own[0]!.properties.subscription_id)) &&
        user_id === own[0]!.user_id &&
        profile_id === own[0]!.profile_id
      );
    });
    const customer = own[0]!.user_id ? `user ${own[0]!.user_id}` : name;
    customers.set(customer, [...(customers.get(customer) ?? []), all]);
  }
  return [...customers.values()];
}

interface Move {
  currency: string;
  day: string;
  kind: string;
  annual: Fraction;
}

function movesOf(events: Event[], zone: string, now: Date, graceDays: number): Move[] {
  const moves: Move[] = [];
  const today = localDate(now, zone);
  for (const subscriptions of customersOf(events)) {
    const worths = subscriptions.map((own) => describeSubscription(own, graceDays));
    const currencies = new Set(subscriptions.flat().map(({ properties }) => String(properties.currency)));
    const first = subscriptions
      .flat()
      .map(({ day }) => day)
      .sort()[0]!;
    for (const currency of currencies) {
      let [was, ever] = [zero, false];
      for (let day = first; day <= today; day = text(ms(day) + dayMs)) {
        const is = total(worths.map((worth) => worth(day)).flatMap((one) => (one?.[0] === currency ? [one[1]] : [])));
        const annual = add(is, negative(was));
        const begins = ever ? 'reactivated' : 'new';
        const goesOn = annual[0] > 0n ? 'expansion' : 'contraction';
        const kind = isZero(was) ? begins : isZero(is) ? 'churned' : goesOn;
        if (!isZero(annual)) moves.push({ currency, day, kind, annual });
        if (!isZero(is)) ever = true;
        was = is;
      }
    }
  }
  return moves;
}

const twelfth: Fraction = [1n, 12n];
const month = (annual: Fraction) => rounded(times(annual, twelfth), 8);

function totalsOf(events: Event[]) {
  const paid = events.filter(({ event_type }) => event_type === 'payment');
  const succeeded = paid.filter(({ properties }) => properties.status === 'succeeded');
  const refunds = events.filter(({ event_type }) => event_type === 'refund');
  const sum = (list: Event[]) => total(list.map(({ properties }) => fractionOf(properties.amount)));
  return {
    revenue: rounded(add(sum(succeeded), negative(sum(refunds))), 6),
    payments: paid.length,
    succeeded: succeeded.length,
    rate: percentOf([BigInt(succeeded.length), 1n], [BigInt(paid.length), 1n]),
    refunds: refunds.length,
    refunded: rounded(sum(refunds), 6),
  };
}

function recurringOf(moves: Move[], inside: Move[], earlier: Move[]) {
  const of = (...kinds: string[]) =>
    total(inside.filter(({ kind }) => kinds.includes(kind)).map(({ annual }) => annual));
  const opening = total(earlier.map(({ annual }) => annual));
  return {
    opening: month(opening),
    new: month(of('new')),
    expansion: month(of('expansion')),
    contraction: month(of('contraction')),
    churned: month(of('churned')),
    reactivated: month(of('reactivated')),
    mrr: month(total(moves.map(({ annual }) => annual))),
    arr: rounded(total(moves.map(({ annual }) => annual)), 8),
    churn: percentOf(negative(of('churned', 'contraction')), opening),
    retention: percentOf(add(opening, of('expansion', 'contraction', 'churned', 'reactivated')), opening),
  };
}

function nextStart(start: string, type: string): string {
  let day = start;
  do day = text(ms(day) + dayMs);
  while (periodStart(day, type) === start);
  return day;
}

export type PlainRevenueRow = { type: string; start: string; currency: string } & ReturnType<typeof totalsOf> &
  ReturnType<typeof recurringOf>;

/** All rows of revenue, sorted by type, start and currency. */
export function plainRevenueRows(given: TestEvent[], zone: string, now: Date, graceDays = 3): PlainRevenueRow[] {
  const events = firstOfEach(given, zone);
  const moves = movesOf(events, zone, now, graceDays);
  const counted = events.filter(({ event_type }) => event_type === 'payment' || event_type === 'refund');
  const currencies = [...new Set(events.map(({ properties }) => String(properties.currency)))].sort();
  const rows: PlainRevenueRow[] = [];
  for (const type of ['day', 'month', 'quarter', 'week', 'year']) {
    if (events.length === 0) break;
    for (let start = periodStart(events[0]!.day, type); start <= localDate(now, zone); ) {
      const end = nextStart(start, type);
      for (const currency of currencies) {
        const own = counted.filter(
          ({ day, properties }) => day >= start && day < end && properties.currency === currency,
        );
        const until = moves.filter((move) => move.currency === currency && move.day < end);
        const inside = until.filter(({ day }) => day >= start);
        const earlier = until.filter(({ day }) => day < start);
        const recurring = recurringOf(until, inside, earlier);
        if (own.length === 0 && inside.length === 0 && recurring.opening === 0) continue;
        rows.push({ type, start, currency, ...totalsOf(own), ...recurring });
      }
      start = end;
    }
  }
  return rows;
}
