/** Generated traffic is reproducible, valid and plausible. */
import { createHash } from 'node:crypto';
import { validateEvent } from '@millrace/shared/contract/event';
import { type Event, eventColumns } from '@millrace/shared/contract/event-columns';
import { offsetAt } from '@millrace/shared/time/zone-offsets';
import { describe, expect, it } from 'vitest';
import { timezoneCountry } from '../src/enrich/timezone-country.ts';
import { createVisitorCount } from '../src/seed/count-visitors.ts';
import { countries } from '../src/seed/countries.ts';
import { createRandom } from '../src/seed/create-random.ts';
import { countVisits, makeTraffic } from '../src/seed/make-traffic.ts';
import type { TrafficOptions } from '../src/seed/plan-day.ts';

const options: TrafficOptions = {
  ...{ seed: 'tests', siteId: 'shop', visitorsPerDay: 40 },
  ...{ firstDay: '2026-01-12', lastDay: '2026-03-15' },
};
const eventsOf = (changed: Partial<TrafficOptions> = {}): Event[] =>
  [...makeTraffic({ ...options, ...changed })].flatMap(({ events }) => events);
const traffic = [...makeTraffic(options)];
const all = traffic.flatMap(({ events }) => events);
const byPeople = all.filter(({ session_id }) => session_id !== undefined);
const views = byPeople.filter(({ event_type }) => event_type === 'view');
const ofType = (...types: string[]) => all.filter(({ event_type }) => types.includes(event_type));

function groups<Value>(values: Value[], keyOf: (value: Value) => unknown): Value[][] {
  const found = new Map<unknown, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = found.get(key);
    if (group) group.push(value);
    else found.set(key, [value]);
  }
  return [...found.values()];
}

const hash = (events: Event[]) => createHash('sha256').update(JSON.stringify(events)).digest('hex');

describe('generated traffic', () => {
  it('is the same for the same seed, and different for another', () => {
    expect(hash(eventsOf())).toBe(hash(all));
    const ids = new Set(all.map(({ event_id }) => event_id));
    expect(ids.size).toBe(all.length);
    expect(eventsOf({ seed: 'other' }).filter(({ event_id }) => ids.has(event_id))).toEqual([]);
  });

  it('is the same on the common days of two ranges', () => {
    const known = new Map(all.map((event) => [event.event_id, event]));
    const later = eventsOf({ firstDay: '2026-02-01', lastDay: '2026-03-20' });
    const old = later.filter(({ timestamp }) => timestamp < '2026-03-15');
    expect(old.length).toBeGreaterThan(5_000);
    expect(old).toEqual(old.map(({ event_id }) => known.get(event_id)));
    expect(later.length).toBeGreaterThan(old.length);
  });

  it('uses uniform random numbers, which differ for similar names', () => {
    const random = createRandom('a', 1);
    const drawn = Array.from({ length: 20_000 }, () => random());
    const tenths = Array.from({ length: 10 }, (_, tenth) => drawn.filter((x) => Math.floor(x * 10) === tenth).length);
    expect(Math.min(...tenths)).toBeGreaterThan(1_850);
    expect(Math.max(...tenths)).toBeLessThan(2_150);
    expect(createRandom('a', 1)()).not.toBe(createRandom('a1')());
  });
});

describe('a generated event', () => {
  it('is accepted by ingestion unchanged', () => {
    for (const event of all) {
      const found = validateEvent(structuredClone(event), Date.parse('2030-01-01'));
      expect(found).toMatchObject({ ok: true, visitor: undefined });
      expect(found.ok && found.event).toEqual(event);
    }
  });

  it('has a visitor whose place, language, time zone and device fit together', () => {
    for (const [{ code, drawPlace, drawLanguage }] of countries) {
      const random = createRandom('places', code);
      for (let count = 0; count < 100; count += 1) {
        const { city, region, timezone } = drawPlace(random);
        expect({ city, code: timezoneCountry(timezone) }).toEqual({ city, code });
        expect(`${city} ${region}`).toMatch(/^\p{Lu}[\p{L} ’-]+ \p{Lu}[\p{L} ’-]+$/u);
        expect(Intl.getCanonicalLocales(drawLanguage(random))).toHaveLength(1);
      }
    }
    for (const { os, device, browser, screen } of views) {
      if (browser === 'Safari') expect(os).toMatch(/^(macOS|iOS)$/);
      if (browser === 'Samsung Internet') expect(os).toBe('Android');
      if (os === 'Windows') expect(device).toBe('desktop');
      expect(screen).toMatch(/^\d{3,4}x\d{3,4}$/);
    }
  });

  it('has a value in every column at least sometimes', () => {
    const filled = new Set(all.flatMap((event) => Object.keys(event)));
    expect(eventColumns.map(({ name }) => name).filter((name) => !filled.has(name))).toEqual([]);
  });
});

describe('visits', () => {
  const visits = groups(byPeople, ({ session_id }) => session_id);
  const starts = visits.map(([first]) => first!);
  const share = (count: number, of: number) => count / of;

  it('begin with a view, have one visitor, and have no pause of half an hour', () => {
    for (const visit of visits) {
      expect(visit[0]!.event_type).toBe('view');
      expect(new Set(visit.map(({ user_id }) => user_id)).size).toBe(1);
      const times = visit.map(({ timestamp }) => Date.parse(timestamp)).sort((one, other) => one - other);
      const pauses = times.slice(1).map((time, index) => time - times[index]!);
      expect(Math.max(0, ...pauses)).toBeLessThan(30 * 60_000);
    }
  });

  it('lead from page to page, with a source only on the first', () => {
    for (const visit of visits) {
      const [first, ...others] = visit.filter(({ event_type }) => event_type === 'view');
      expect(first!.channel).toBeDefined();
      let before = first!;
      for (const view of others) {
        expect(view.referrer).toBe(`https://teahouse.example${before.path}${before.query ? `?${before.query}` : ''}`);
        expect([view.source, view.channel, view.query]).toEqual([undefined, undefined, undefined]);
        before = view;
      }
    }
  });

  it('often end on the first page, and sometimes lead through the whole shop', () => {
    const viewsOf = visits.map((visit) => visit.filter(({ event_type }) => event_type === 'view').length);
    expect(share(viewsOf.filter((count) => count === 1).length, visits.length)).toBeCloseTo(0.46, 1);
    const paid = visits.filter((visit) => visit.some(({ event_type }) => event_type === 'payment'));
    expect(share(paid.length, visits.length)).toBeGreaterThan(0.008);
    expect(share(paid.length, visits.length)).toBeLessThan(0.05);
  });

  it('come from every channel of the shop, with the parameters of its campaigns', () => {
    const channels = new Set(views.map(({ channel }) => channel).filter((channel) => channel !== undefined));
    expect([...channels].sort()).toEqual([
      ...['AI Assistants', 'Affiliates', 'Direct', 'Email', 'Organic Search', 'Organic Social'],
      ...['Paid Search', 'Paid Social', 'Referral', 'Video'],
    ]);
    const letter = views.find(({ utm_source }) => utm_source === 'newsletter');
    expect(letter).toMatchObject({ channel: 'Email', utm_medium: 'email' });
    expect(letter!.utm_campaign).toMatch(/^letter-2026-\d\d-\d\d$/);
    expect(new Date(letter!.utm_campaign!.slice(7)).getUTCDay()).toBe(4);
    const paid = views.find(({ click_id }) => click_id === 'gclid');
    expect(paid).toMatchObject({ source: 'Google', channel: 'Paid Search', utm_medium: 'cpc' });
    expect(paid!.query).toContain('&gclid=');
  });

  it("follow the time of day and the day of the week in the visitor's time zone", () => {
    const clock = ({ timestamp, timezone }: Event) =>
      new Date(Date.parse(timestamp) + offsetAt(Date.parse(timestamp), timezone!));
    const hour = (event: Event) => clock(event).getUTCHours();
    const atNight = starts.filter((event) => hour(event) >= 1 && hour(event) < 5);
    expect(share(atNight.length, starts.length)).toBeLessThan(0.05);
    const sydney = starts.filter(({ country }) => country === 'AU');
    expect(share(sydney.filter((event) => hour(event) >= 8).length, sydney.length)).toBeGreaterThan(0.85);
    const on = (weekday: number) => starts.filter((event) => clock(event).getUTCDay() === weekday).length;
    expect(on(6)).toBeLessThan(on(3));
  });

  it('grow in number, with a day on which a post goes viral', () => {
    const days = groups(starts, ({ timestamp }) => timestamp.slice(0, 10)).sort((a, b) => b.length - a.length);
    const [peak, usual] = [days[0]!, days[Math.floor(days.length / 2)]!];
    expect(peak.length).toBeGreaterThan(2.5 * usual.length);
    const [top] = groups(peak, ({ path }) => path).sort((a, b) => b.length - a.length);
    const spiking = /^\/blog\/(caffeine-in-tea|water-temperature)$/;
    expect(top![0]!.path).toMatch(spiking);
    const others = starts.filter(({ path }) => !spiking.test(path)).map(({ timestamp }) => timestamp);
    const between = (from: string, to: string) => others.filter((time) => time > from && time < to).length;
    expect(between('2026-03-02', '2026-03-16')).toBeGreaterThan(1.2 * between('2026-01-12', '2026-01-26'));
  });

  it('are as many as requested, with returning visitors', () => {
    expect(traffic).toHaveLength(countVisits(options));
    const countVisitor = createVisitorCount();
    const visitors = traffic.map((visit) => countVisitor(visit)).at(-1)!;
    expect(visitors).toBe(new Set(byPeople.map(({ user_id }) => user_id)).size);
    expect(visitors).toBeLessThan(0.85 * visits.length);
  });
});

describe('revenue', () => {
  const money = groups(
    ofType('payment', 'refund', 'subscription_changed', 'subscription_canceled'),
    ({ properties }) => {
      const { subscription_id, transaction_id } = properties as Record<string, string>;
      return subscription_id ?? transaction_id;
    },
  ).map((events) => events.sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp)));

  it('is paid during a visit, and refunded in full days later, without a visit', () => {
    const refunded = money.filter((events) => events.some(({ event_type }) => event_type === 'refund'));
    expect(refunded.length).toBeGreaterThan(0);
    for (const events of refunded) {
      const [payment, refund] = events as [Event, Event];
      expect([events.length, payment.event_type]).toEqual([2, 'payment']);
      const { amount, currency, transaction_id, status } = payment.properties!;
      expect(refund.properties).toEqual({ refund_id: expect.any(String), transaction_id, amount, currency });
      expect([status, payment.user_id, refund.user_id]).toEqual(['succeeded', expect.any(String), undefined]);
      expect(Date.parse(refund.timestamp) - Date.parse(payment.timestamp)).toBeGreaterThan(86_400_000);
    }
  });

  it('comes once a month from a subscription until it is canceled', () => {
    const subscriptions = money.filter(([first]) => first!.properties!.subscription_id !== undefined);
    expect(subscriptions.length).toBeGreaterThan(3);
    for (const events of subscriptions) {
      const paid = events.filter(({ properties }) => properties!.status === 'succeeded');
      const canceled = events.filter(({ event_type }) => event_type === 'subscription_canceled');
      const days = paid.map(({ timestamp }) => Date.parse(timestamp) / 86_400_000);
      const pauses = days.slice(1).map((day, index) => day - days[index]!);
      for (const pause of pauses) expect(pause).toBeGreaterThan(25);
      for (const pause of pauses) expect(pause).toBeLessThan(34);
      expect(canceled).toHaveLength(1);
      expect(canceled[0]!.timestamp > paid.at(-1)!.timestamp).toBe(true);
    }
  });
});
