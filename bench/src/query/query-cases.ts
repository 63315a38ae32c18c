import { browsers, countries } from '../traffic/make-dimensions.js';
import { biggestSite } from '../traffic/traffic-sites.js';
import { byDay, panels, topTen, totals } from './cases/count-cases.js';
import { funnel } from './cases/funnel-case.js';
import { retention } from './cases/retention-case.js';
import { visits } from './cases/visits-case.js';
import type { QueryCase } from './query-case.js';
import { is, lastDays, startsWith } from './sql.js';

/** Filter values of the mixed cases. */
interface FilterValues {
  siteId: string;
  country: string;
  browser: string;
  referrer: string;
  device: string;
  plan: string;
  section: string;
  pages: number;
}

const defaultValues: FilterValues = {
  siteId: biggestSite.id,
  country: 'US',
  browser: 'Chrome',
  referrer: 'referrer-1.example',
  device: 'mobile',
  plan: 'pro',
  section: 'docs',
  pages: 10,
};

/** Cases that users mix. */
export type Letter = 'a' | 'b' | 'c' | 'd' | 'e' | 'f';

export function mixedCases(nowMs: number, values = defaultValues): Record<Letter, QueryCase> {
  const range = lastDays(values.siteId, nowMs, 30);
  const common = (letter: string, name: string) => ({ name: `${letter}: ${name}`, range, limitMs: 30, atLeast: 50 });
  const country = is('country', values.country);
  const view = is('event_type', 'view');
  return {
    a: totals({
      ...common('a', '30 days of views and visitors, by country and browser filtered'),
      filters: [country, is('browser', values.browser)],
    }),
    b: topTen(
      {
        ...common('b', 'top 10 paths of 30 days, by referrer and device filtered'),
        filters: [is('referrer', values.referrer), is('device', values.device)],
      },
      'path',
    ),
    c: byDay({ ...common('c', '30 days by day, by a property filtered'), filters: [is('plan', values.plan)] }),
    d: funnel({
      ...common('d', 'funnel of 4 steps within an hour, 30 days'),
      steps: [
        [view, is('path', '/')],
        [view, startsWith('path', `/${values.section}/`)],
        [view, startsWith('path', '/shop/')],
        [is('event_type', 'click')],
      ],
      limitMs: 80,
      atLeast: 40,
    }),
    e: retention({
      ...common('e', 'retention by week over 60 days, by country filtered'),
      range: lastDays(values.siteId, nowMs, 61),
      filters: [country],
      action: view,
    }),
    f: visits({
      ...common('f', 'visits, bounce rate, duration, entry and exit pages of 30 days'),
      pages: values.pages,
      limitMs: 80,
      atLeast: 40,
    }),
  };
}

interface QueryCases {
  all: QueryCase[];
  /** Also measured with nothing cached. */
  cold: QueryCase[];
  panels: QueryCase;
}

/** Queries over the biggest site. */
export function queryCases(nowMs: number): QueryCases {
  const { siteId, device } = defaultValues;
  const range = lastDays(siteId, nowMs, 30);
  const mixed = mixedCases(nowMs);
  const g = panels({
    name: 'g: 20 panels of 30 days under one filter, in one batch',
    range,
    filters: [is('device', device)],
    limitMs: 120,
  });
  const u = totals({ name: 'u: 30 days of views and visitors', range, limitMs: 25, atLeast: 50 });
  const p = topTen({ name: 'p: top 10 paths of 30 days with visitors', range, limitMs: 50, atLeast: 20 }, 'path');
  const india = lastDays(siteId, nowMs, 60, 'Asia/Kolkata');
  const days = byDay({ name: 'days: 60 days by day in Asia/Kolkata', range: india, limitMs: 40 });
  return { all: [...Object.values(mixed), g, u, p, days], cold: [mixed.a, mixed.b, u], panels: g };
}

const sections = ['blog', 'docs', 'news', 'help', 'products', 'guides', 'archive'];
const devices = ['mobile', 'desktop'];
const plans = ['pro', 'free', 'team'];

const at = (values: readonly string[], turn: number) => values[turn % values.length]!;

function valuesOf(siteId: string, turn: number): FilterValues {
  return {
    siteId,
    country: at(countries.slice(0, 10), turn),
    browser: at(browsers.slice(0, 3), Math.floor(turn / 10)),
    referrer: `referrer-${turn % 20}.example`,
    device: at(devices, Math.floor(turn / 20)),
    plan: at(plans, turn),
    section: at(sections, turn),
    pages: 10 + (turn % 50),
  };
}

/** The case of a turn, each with other filter values. `letters` are the cases that reporting supports. */
export function mixedCase(nowMs: number, turn: number, letters: Letter[], siteId = biggestSite.id): QueryCase {
  const cases = mixedCases(nowMs, valuesOf(siteId, Math.floor(turn / letters.length)));
  return cases[letters[turn % letters.length]!];
}
