/** The time until all panels are there, after opening the page of a large site and after a click on a row. */
import { existsSync } from 'node:fs';
import type { ClosingList } from '@millrace/dev/closing-list';
import type { Browser } from 'playwright-core';
import { type Bench, withClosing } from '../bench.js';
import { type LookTimes, loadPage, timeClick } from '../dashboard/watched-page.js';
import { startRolledServer } from '../query/rolled-server.js';
import { infoRow, limitRow, missingRow, type Row } from '../row.js';
import { percentile } from '../statistics.js';
import { biggestSite, onlyBiggestSite } from '../traffic/traffic-sites.js';

/** A whole browser takes more than a second of processor time for an empty page, which two cores share with what is measured. */
const executablePath = '/usr/bin/chromium-headless-shell';

async function openBrowser(closing: ClosingList): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  // As root its sandbox cannot be set up; it sees our own pages only.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  closing.add(() => browser.close());
  return browser;
}

const p95 = (times: LookTimes[], of: keyof LookTimes) =>
  percentile(
    times.map((each) => each[of]),
    95,
  );

const panels = ['Locations', 'Devices', 'Pages', 'Sources'];
const rowsOfPanel = 9;

async function timeLoads(browser: Browser, url: string, loads: number): Promise<LookTimes[]> {
  const times: LookTimes[] = [];
  // The first one finds reporting without anything in memory.
  for (let load = 0; load <= loads; load += 1) {
    const { page, times: ofLoad } = await loadPage(browser, url);
    if (load > 0) times.push(ofLoad);
    await page.context().close();
  }
  return times;
}

async function timeClicks(browser: Browser, url: string, clicks: number): Promise<LookTimes[]> {
  const { page } = await loadPage(browser, url);
  // Code that comes after the first view comes with this one.
  await timeClick(page, panels[0]!, 0);
  const times: LookTimes[] = [];
  for (let click = 0; click < clicks; click += 1) {
    const row = Math.floor(click / panels.length) % rowsOfPanel;
    times.push(await timeClick(page, panels[click % panels.length]!, row));
  }
  return times;
}

export const measureDashboard = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    if (!existsSync(executablePath)) return [missingRow('dashboard', `there is no ${executablePath}`)];
    const { events, loads, clicks } = bench.settings.dashboard;
    const { reporting } = await startRolledServer(bench, closing, events, { sites: onlyBiggestSite, hasContext: true });
    const browser = await openBrowser(closing);
    const url = `${reporting.url}/sites/${biggestSite.id}`;
    bench.say(`loading the page ${loads} times`);
    const loaded = await Promise.race([timeLoads(browser, url, loads), reporting.crashed]);
    bench.say(`clicking on ${clicks} rows`);
    const clicked = await Promise.race([timeClicks(browser, url, clicks), reporting.crashed]);
    const name = `dashboard: a site of ${events.toLocaleString('en')} events in 60 days, 30 days`;
    return [
      limitRow(`${name}, page load to all panels, p95 of ${loads}`, p95(loaded, 'allMs'), 600, 'ms'),
      limitRow(`${name}, of it from first question to last answer, p95`, p95(loaded, 'oursMs'), 250, 'ms'),
      limitRow(`${name}, filter click to all panels, p95 of ${clicks}`, p95(clicked, 'allMs'), 350, 'ms'),
      infoRow(`${name}, of it from first question to last answer, p95`, p95(clicked, 'oursMs'), 'ms'),
    ];
  });
