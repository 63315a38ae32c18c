/** What panels must show, from the API's answers to queries that are written out here independently. */
import type { Page } from 'playwright-core';
import type { Dashboard } from './open-dashboard.js';

export interface ExpectedTab {
  tab: string;
  dimension: string;
  metrics: string[];
  filters?: unknown[];
  /** Dimension of its rows when the page is filtered by one of its values. */
  versions?: string;
}

const of = (type: string) => ['is', 'event_type', [type]];
const visitors = (tab: string, dimension = tab, more: Partial<ExpectedTab> = {}): ExpectedTab => ({
  ...{ tab, dimension, metrics: ['visitors'] },
  ...more,
});
const campaign = (tab: string) => visitors(tab, `visit:${tab}`, { filters: [['is_set', `visit:${tab}`]] });
const set = (tab: string) => visitors(tab, tab, { metrics: ['visitors', 'visits'], filters: [['is_set', tab]] });
const done = (tab: string, dimension: string) =>
  visitors(tab, dimension, { metrics: ['visitors', 'events'], filters: [of(tab)] });

/** All tabs with a list of values, by panel. */
export const expectedTabs: Record<string, ExpectedTab[]> = {
  sources: [
    visitors('channel', 'visit:channel'),
    visitors('source', 'visit:source'),
    visitors('referrer', 'visit:referrer'),
    ...['utm_campaign', 'utm_source', 'utm_medium', 'utm_term', 'utm_content'].map(campaign),
  ],
  pages: [
    visitors('path', 'path', { metrics: ['visitors', 'views'], filters: [of('view')] }),
    ...[set('entry_page'), set('exit_page')],
    visitors('title', 'title', { metrics: ['visitors', 'views'], filters: [of('view'), ['is_set', 'title']] }),
    ...[done('outbound', 'property:url'), done('download', 'property:url'), done('not_found', 'path')],
  ],
  locations: [visitors('map', 'country'), visitors('country'), visitors('region'), visitors('city')],
  devices: [
    visitors('browser', 'browser', { versions: 'browser_version' }),
    visitors('os', 'os', { versions: 'os_version' }),
    ...['device', 'screen', 'language'].map((name) => visitors(name)),
  ],
  events: [visitors('event_type', 'event_type', { metrics: ['visitors', 'events'] })],
  bots: [
    visitors('bot', 'bot', { metrics: ['events'], filters: [['is_set', 'bot']] }),
    visitors('ai_crawlers', 'bot', { metrics: ['events'], filters: [['is', 'bot', ['GPTBot', 'ClaudeBot']]] }),
    visitors('bot_pages', 'path', { metrics: ['events'], filters: [of('view'), ['is_set', 'bot']] }),
  ],
};

export type PageFilter = ['is' | 'is_not', string, (string | null)[]];

function shownTab(expected: ExpectedTab, filters: PageFilter[]): ExpectedTab {
  const { versions, dimension } = expected;
  const isOne = filters.some(([operator, name]) => operator === 'is' && name === dimension);
  return versions && isOne ? { ...expected, dimension: versions, filters: [['is_set', versions]] } : expected;
}

const queryParams = (page: ExpectedTab) => ({
  ...{ metrics: page.metrics, dimensions: [page.dimension], filters: page.filters ?? [] },
  ...{ order_by: [[page.metrics[0], 'desc']], limit: 9 },
});

interface Batch {
  results: { results: { dimensions: (string | null)[]; metrics: number[] }[] }[];
}

const names: Record<string, string> = { DE: 'Germany', FR: 'France', SG: 'Singapore', 'de-DE': 'German (Germany)' };
Object.assign(names, { 'fr-FR': 'French (France)', mobile: 'Mobile', desktop: 'Desktop' });
const none: Record<string, string> = { 'visit:channel': 'Direct', 'visit:source': 'Direct / none', country: 'Unknown' };

const nameOf = (dimension: string, value: string | null) =>
  value === null ? (none[dimension] ?? '(none)') : (names[value] ?? value);

/** Rows of one tab of each panel, as the page shows them. */
export async function expectedRows(
  dashboard: Dashboard,
  scope: { site_id: string; date_range: string[] },
  chosen: Record<string, ExpectedTab>,
  filters: PageFilter[] = [],
): Promise<Record<string, string[][]>> {
  const isOfBot = filters.some(([operator, name]) => name === 'bot' && operator === 'is');
  const shown = Object.entries(chosen).map(([panel, tab]) => ({ panel, tab: shownTab(tab, filters) }));
  const askAbout = async (some: typeof shown, include_bots: boolean) => {
    const batch = { ...scope, filters, include_bots, queries: some.map(({ tab }) => queryParams(tab)) };
    const { results } = await dashboard.ask<Batch>('/query/batch', batch);
    return some.map(({ panel, tab: { dimension } }, at): [string, string[][]] => [
      panel,
      results[at]!.results.map((row) => [nameOf(dimension, row.dimensions[0]!), ...row.metrics.map(String)]),
    ]);
  };
  const [people, bots] = await Promise.all([
    askAbout(
      shown.filter(({ panel }) => panel !== 'bots'),
      isOfBot,
    ),
    askAbout(
      shown.filter(({ panel }) => panel === 'bots'),
      true,
    ),
  ]);
  return Object.fromEntries([...people, ...bots]);
}

/** The current rows of panels; undefined while one is loading. */
export const shownRows = (page: Page, panels: string[]): Promise<Record<string, string[][] | undefined>> =>
  page.evaluate((panelNames) => {
    const cells = (row: Element) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent!.trim());
    const rowsIn = (panel: string) => {
      const section = document.querySelector(`section[aria-labelledby="panel-${panel}"]`);
      if (section?.querySelector('.empty')) return [];
      const table = section?.querySelector('table[aria-busy="false"]');
      return table ? [...table.querySelectorAll('tbody tr')].map(cells) : undefined;
    };
    return Object.fromEntries(panelNames.map((panel) => [panel, rowsIn(panel)]));
  }, panels);
