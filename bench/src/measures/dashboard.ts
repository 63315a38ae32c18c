import { existsSync } from 'node:fs';
import type { ClosingList } from '@millrace/dev/processes/closing-list';
import type { Browser, Page } from 'playwright-core';
import { type Bench, withClosing } from '../bench.js';
import { startRolledServer } from '../rolled-server.js';
import { infoRow, limitRow, missingRow, percentile, type Row } from '../row.js';
import { biggestSite, onlyBiggestSite } from '../traffic/traffic-sites.js';

interface ViewTimes {
  /** From navigation or click until all panels are painted. */
  allMs: number;
  /** The part from the first query to the last answer: reporting and the network. */
  oursMs: number;
}

/** A global variable of the page. */
interface Watch {
  /** When all answers were last there and painted, in milliseconds since navigation, like all times here. */
  settledAt: number;
}

/** Runs in the page before its own scripts: notes each time at which no query is pending any more. */
function watchAnswers(): void {
  const watch: Watch = { settledAt: 0 };
  Object.assign(globalThis, { watch });
  const note = () => {
    if (document.documentElement.dataset.unanswered !== '0') return;
    requestAnimationFrame(() =>
      setTimeout(() => {
        watch.settledAt = performance.now();
      }),
    );
  };
  new MutationObserver(note).observe(document, {
    subtree: true,
    attributes: true,
    attributeFilter: ['data-unanswered'],
  });
}

/** The page is settled when it has sent no query for this long. */
const quietMs = 250;

/** Runs in the page. */
function timesSince(startedAt: number): ViewTimes {
  const { watch } = globalThis as unknown as { watch: Watch };
  const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  const queries = entries.filter(({ name, startTime }) => name.includes('/api/v1/query') && startTime >= startedAt);
  const ours =
    Math.max(...queries.map(({ responseEnd }) => responseEnd)) -
    Math.min(...queries.map(({ requestStart }) => requestStart));
  return { allMs: watch.settledAt - startedAt, oursMs: ours };
}

async function settled(page: Page, startedAt: number): Promise<void> {
  const isQuiet = ([since, quiet]: [number, number]) => {
    const { watch } = globalThis as unknown as { watch: Watch };
    const isPending = document.documentElement.dataset.unanswered !== '0';
    return !isPending && watch.settledAt > since && performance.now() - watch.settledAt > quiet;
  };
  await page.waitForFunction(isQuiet, [startedAt, quietMs] as [number, number], { polling: 50 });
}

async function loadPage(browser: Browser, url: string): Promise<{ page: Page; times: ViewTimes }> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, locale: 'en-GB' });
  const page = await context.newPage();
  await page.addInitScript(watchAnswers);
  await page.goto(url);
  await settled(page, 0);
  return { page, times: await page.evaluate(timesSince, 0) };
}

/** Clicks on a row and goes back afterwards. The click happens within the page, so that the browser protocol is not measured. */
async function timeClick(page: Page, panel: string, row: number): Promise<ViewTimes> {
  const button = page.getByRole('region', { name: panel }).locator('tbody tr').nth(row).locator('th button.value');
  const startedAt = await button.evaluate((element) => {
    const now = performance.now();
    (element as HTMLElement).click();
    return now;
  });
  await settled(page, startedAt);
  const times = await page.evaluate(timesSince, startedAt);
  const backAt = await page.evaluate(() => performance.now());
  await page.goBack();
  await settled(page, backAt);
  return times;
}

/** A full browser takes over a second of processor time for an empty page, on the same two cores as the services. */
const executablePath = '/usr/bin/chromium-headless-shell';

async function openBrowser(closing: ClosingList): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  // Root cannot set up the sandbox; only our own pages are opened.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  closing.add(() => browser.close());
  return browser;
}

const p95 = (times: ViewTimes[], figure: keyof ViewTimes) =>
  percentile(
    times.map((each) => each[figure]),
    95,
  );

const panels = ['Locations', 'Devices', 'Pages', 'Sources'];
const rowsOfPanel = 9;

async function timeLoads(browser: Browser, url: string, loads: number): Promise<ViewTimes[]> {
  const times: ViewTimes[] = [];
  // The first load finds reporting's caches empty and does not count.
  for (let load = 0; load <= loads; load += 1) {
    const { page, times: loadTimes } = await loadPage(browser, url);
    if (load > 0) times.push(loadTimes);
    await page.context().close();
  }
  return times;
}

async function timeClicks(browser: Browser, url: string, clicks: number): Promise<ViewTimes[]> {
  const { page } = await loadPage(browser, url);
  // The first click loads code that the first view does not need.
  await timeClick(page, panels[0]!, 0);
  const times: ViewTimes[] = [];
  for (let click = 0; click < clicks; click += 1) {
    const row = Math.floor(click / panels.length) % rowsOfPanel;
    times.push(await timeClick(page, panels[click % panels.length]!, row));
  }
  return times;
}

/** The time until all panels of a large site's page are there: after opening it, and after a click on a row. */
export const measureDashboard = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    if (!existsSync(executablePath)) return [missingRow('dashboard', `there is no ${executablePath}`)];
    const { events, loads, clicks } = bench.settings.dashboard;
    const { reporting } = await startRolledServer(bench, closing, {
      events,
      sites: onlyBiggestSite,
      hasContext: true,
    });
    const browser = await openBrowser(closing);
    const url = `${reporting.url}/sites/${biggestSite.id}`;
    bench.say(`loading the page ${loads} times`);
    const loaded = await Promise.race([timeLoads(browser, url, loads), reporting.crashed]);
    bench.say(`clicking on ${clicks} rows`);
    const clicked = await Promise.race([timeClicks(browser, url, clicks), reporting.crashed]);
    const name = `dashboard: a site of ${events.toLocaleString('en')} events in 60 days, 30 days`;
    return [
      limitRow(`${name}, page load to all panels, p95 of ${loads}`, p95(loaded, 'allMs'), 600, 'ms'),
      limitRow(`${name}, of which from first query to last response, p95`, p95(loaded, 'oursMs'), 250, 'ms'),
      limitRow(`${name}, filter click to all panels, p95 of ${clicks}`, p95(clicked, 'allMs'), 350, 'ms'),
      infoRow(`${name}, of which from first query to last response, p95`, p95(clicked, 'oursMs'), 'ms'),
    ];
  });
