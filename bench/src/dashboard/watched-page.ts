/** A page of the dashboard in Chromium, and when it has shown all answers that it asked for. */
import type { Browser, Page } from 'playwright-core';

export interface LookTimes {
  /** From the address, or the click, until all panels have been painted. */
  allMs: number;
  /** Of that from the first question to the last answer: reporting, and the way there and back. */
  oursMs: number;
}

/** Kept in the page. */
interface Watch {
  /** When all answers were last there and painted; counted from the navigation, as all times here. */
  settledAt: number;
}

/** Runs in the page, before anything of it: notes each moment in which nothing is waited for any more. */
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

/** For so long nothing more must have been asked. */
const quietMs = 250;

/** Runs in the page: times since `startedAt`. */
function timesSince(startedAt: number): LookTimes {
  const { watch } = globalThis as unknown as { watch: Watch };
  const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  const asked = entries.filter(({ name, startTime }) => name.includes('/api/v1/query') && startTime >= startedAt);
  const ours =
    Math.max(...asked.map(({ responseEnd }) => responseEnd)) -
    Math.min(...asked.map(({ requestStart }) => requestStart));
  return { allMs: watch.settledAt - startedAt, oursMs: ours };
}

async function settled(page: Page, startedAt: number): Promise<void> {
  const isQuiet = ([since, quiet]: [number, number]) => {
    const { watch } = globalThis as unknown as { watch: Watch };
    const asking = document.documentElement.dataset.unanswered !== '0';
    return !asking && watch.settledAt > since && performance.now() - watch.settledAt > quiet;
  };
  await page.waitForFunction(isQuiet, [startedAt, quietMs] as [number, number], { polling: 50 });
}

export async function loadPage(browser: Browser, url: string): Promise<{ page: Page; times: LookTimes }> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, locale: 'en-GB' });
  const page = await context.newPage();
  await page.addInitScript(watchAnswers);
  await page.goto(url);
  await settled(page, 0);
  return { page, times: await page.evaluate(timesSince, 0) };
}

/** Clicks on a row from within the page, so that the way of the command does not count. Goes back afterwards. */
export async function timeClick(page: Page, panel: string, row: number): Promise<LookTimes> {
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
