/** The questions that bars are set for, about the biggest site. */
import { biggestSite } from '../traffic/traffic-sites.js';
import { byDay, topTen, totals } from './cases/count-cases.js';
import { funnel } from './cases/funnel-case.js';
import { panels } from './cases/panels-case.js';
import { retention } from './cases/retention-case.js';
import { visits } from './cases/visits-case.js';
import { is, startsWith } from './conditions.js';
import { lastDays } from './day-range.js';
import type { QueryCase } from './query-case.js';

/** What is filtered by. */
export interface Values {
  siteId: string;
  country: string;
  browser: string;
  referrer: string;
  device: string;
  plan: string;
  section: string;
  pages: number;
}

export const usualValues: Values = {
  siteId: biggestSite.id,
  country: 'US',
  browser: 'Chrome',
  referrer: 'referrer-1.example',
  device: 'mobile',
  plan: 'pro',
  section: 'docs',
  pages: 10,
};

/** Those that users mix. */
export type Letter = 'a' | 'b' | 'c' | 'd' | 'e' | 'f';

export function mixedCases(nowMs: number, values = usualValues): Record<Letter, QueryCase> {
  const range = lastDays(values.siteId, nowMs, 30);
  const question = (letter: string, name: string) => ({ name: `${letter}: ${name}`, range, limitMs: 30, atLeast: 50 });
  const country = is('country', values.country);
  const view = is('event_type', 'view');
  return {
    a: totals({
      ...question('a', '30 days of views and visitors, by country and browser filtered'),
      filters: [country, is('browser', values.browser)],
    }),
    b: topTen(
      {
        ...question('b', 'top 10 paths of 30 days, by referrer and device filtered'),
        filters: [is('referrer', values.referrer), is('device', values.device)],
      },
      'path',
    ),
    c: byDay({ ...question('c', '30 days by day, by a property filtered'), filters: [is('plan', values.plan)] }),
    d: funnel({
      ...question('d', 'funnel of 4 steps within an hour, 30 days'),
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
      ...question('e', 'retention by week over 60 days, by country filtered'),
      range: lastDays(values.siteId, nowMs, 61),
      filters: [country],
      action: view,
    }),
    f: visits({
      ...question('f', 'visits, bounce rate, duration, entry and exit pages of 30 days'),
      pages: values.pages,
      limitMs: 80,
      atLeast: 40,
    }),
  };
}

export interface QueryCases {
  all: QueryCase[];
  /** Asked of a process that knows nothing yet. */
  cold: QueryCase[];
  panels: QueryCase;
}

export function queryCases(nowMs: number): QueryCases {
  const { siteId, device } = usualValues;
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
