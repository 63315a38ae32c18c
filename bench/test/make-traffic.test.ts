import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateEvent } from '@millrace/shared/contract/event';
import { afterAll, expect, it } from 'vitest';
import type { TrafficEvent } from '../src/traffic/make-session.js';
import { makeTraffic } from '../src/traffic/make-traffic.js';
import { biggestSite, onlyBiggestSite, trafficSites } from '../src/traffic/traffic-sites.js';
import { copyLine, writeChunks } from '../src/traffic/write-chunks.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-traffic-'));
afterAll(() => rmSync(folder, { recursive: true }));

const day = 86_400_000;
const now = Date.UTC(2025, 10, 14, 12, 7);
const plan = { events: 30_000, fromMs: now - 60 * day, untilMs: now };
const traffic = [...makeTraffic(plan)];

const share = (matches: (event: TrafficEvent) => unknown) =>
  Math.round((100 * traffic.filter(matches).length) / traffic.length);

function groupsOf(keyOf: (event: TrafficEvent) => string | undefined): TrafficEvent[][] {
  const groups = new Map<string, TrafficEvent[]>();
  for (const event of traffic) {
    const key = keyOf(event);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(event);
    else groups.set(key, [event]);
  }
  return [...groups.values()];
}

const bySession = () => groupsOf(({ session_id }) => session_id);
const byVisitor = () => groupsOf(({ site_id, user_id }) => user_id && `${site_id} ${user_id}`);

it('makes exactly the requested events within their range, the same for the same seed', () => {
  expect(traffic.length).toBe(30_000);
  expect(traffic.filter(({ timeMs }) => timeMs < plan.fromMs || timeMs >= plan.untilMs)).toEqual([]);
  expect([...makeTraffic(plan)]).toEqual(traffic);
  expect([...makeTraffic({ ...plan, seed: 2 })]).not.toEqual(traffic);
});

it('makes valid events with unique ids', () => {
  const refused = traffic
    .map(({ timeMs, ...event }) => ({ ...event, timestamp: new Date(timeMs).toISOString() }))
    .filter((event) => !validateEvent(event, now).ok);
  expect(refused).toEqual([]);
  expect(new Set(traffic.map(({ event_id }) => event_id)).size).toBe(30_000);
});

it('gives the biggest site 38 % of the events and each of 40 sites some', () => {
  expect(Math.abs(share(({ site_id }) => site_id === biggestSite.id) - 38)).toBeLessThanOrEqual(1);
  expect(new Set(traffic.map(({ site_id }) => site_id)).size).toBe(40);
  expect(trafficSites.reduce((sum, site) => sum + site.share, 0)).toBeCloseTo(1, 10);
});

it('makes visits with 1 to 9 events of one visitor', () => {
  const sessions = bySession();
  expect([...new Set(sessions.map(({ length }) => length))].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(new Set(sessions.map(([first]) => `${first?.site_id} ${first?.user_id}`)).size).toBeLessThan(
    sessions.length / 2,
  );
});

const fieldOf = (event: TrafficEvent, name: string) =>
  name in event ? event[name as keyof TrafficEvent] : event.properties?.[name];
const distinct = (events: TrafficEvent[], name: string) => new Set(events.map((event) => fieldOf(event, name))).size;

it('keeps properties of a visit constant within it, and those of a visitor across all their visits', () => {
  const sessions = bySession();
  for (const name of ['user_id', 'referrer', 'hostname', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_content']) {
    expect(sessions.filter((events) => distinct(events, name) > 1)).toEqual([]);
  }
  const visitors = byVisitor();
  const ofVisitor = ['country', 'region', 'city', 'timezone', 'language', 'browser', 'browser_version', 'os', 'device'];
  for (const name of [...ofVisitor, 'os_version', 'screen', 'plan']) {
    expect(visitors.filter((events) => distinct(events, name) > 1)).toEqual([]);
  }
  expect(visitors.some((events) => distinct(events, 'referrer') > 1)).toBe(true);
});

it('has as many different values as real sites, and varying load times', () => {
  const big = [...makeTraffic({ ...plan, sites: onlyBiggestSite })];
  expect(distinct(big, 'country')).toBeGreaterThan(100);
  expect(distinct(big, 'browser')).toBe(12);
  expect(distinct(big, 'referrer')).toBeGreaterThan(300);
  expect(distinct(big, 'path')).toBeGreaterThan(3_000);
  expect(distinct(big, 'load_ms')).toBeGreaterThan(1_000);
  expect(distinct(big, 'price')).toBeGreaterThan(1_000);
});

it('has less traffic at night and at the weekend than on a working day', () => {
  const at = (hour: number) => share(({ timeMs }) => new Date(timeMs).getUTCHours() === hour);
  expect(at(15)).toBeGreaterThan(3 * at(3));
  expect(share(({ timeMs }) => [0, 6].includes(new Date(timeMs).getUTCDay()))).toBeLessThan(25);
});

it('writes lines in COPY format, and the marks of their intervals', async () => {
  const small = { events: 2_500, fromMs: now - day, untilMs: now, sites: onlyBiggestSite };
  const chunks = [];
  for await (const chunk of writeChunks(folder, small)) chunks.push(chunk);
  const events = [...makeTraffic(small)];
  const starts = new Set(events.map(({ timeMs }) => Math.floor(timeMs / 900_000) * 900));
  expect(chunks.length).toBe(1);
  expect(readFileSync(chunks[0]!.file, 'utf8')).toBe(events.map((event) => copyLine(event)).join(''));
  expect(new Set(chunks[0]?.marks.seconds)).toEqual(starts);
  expect(new Set(chunks[0]?.marks.sites)).toEqual(new Set([biggestSite.id]));
});

it('writes missing fields as null in COPY format', () => {
  const event = { site_id: 'a', event_type: 'view', path: '/', timeMs: now, event_id: 'id', properties: { n: 1 } };
  expect(copyLine(event)).toBe('a\t2025-11-14T12:07:00.000Z\tid\tview\t/\t\\N\t\\N\t\\N\t\\N\t{"n":1}\n');
});
