/** A site with a few visitors whose journeys are known, for the behaviour pages. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { GivenEvent } from './open-dashboard.js';

/** Three weeks, starting on Mondays. */
export const june = { date_range: ['2026-06-01', '2026-06-21'], site_id: 'shop' };
export const juneInAddress = 'range=2026-06-01,2026-06-21';

const at = (day: string, time: string, user_id: string, rest: GivenEvent = {}): GivenEvent => ({
  ...{ timestamp: `2026-06-${day}T${time}Z`, user_id, country: user_id === 'eve' ? 'FR' : 'DE' },
  ...rest,
});

/** Ada and Bob sign up, Cid only looks at the prices, Dan and Eve leave on the first page; Ada and Cid return. */
export const shopEvents: GivenEvent[] = [
  at('01', '10:00:00', 'ada', { path: '/' }),
  at('01', '10:00:40', 'ada', { path: '/prices' }),
  at('01', '10:02:00', 'ada', { path: '/prices', event_type: 'signup' }),
  at('02', '11:00:00', 'bob', { path: '/' }),
  at('02', '11:01:20', 'bob', { path: '/prices' }),
  at('02', '11:04:00', 'bob', { path: '/prices', event_type: 'signup' }),
  at('03', '12:00:00', 'cid', { path: '/' }),
  at('03', '12:02:00', 'cid', { path: '/prices' }),
  at('03', '13:00:00', 'dan', { path: '/' }),
  at('04', '14:00:00', 'eve', { path: '/' }),
  at('09', '10:00:00', 'ada', { path: '/docs' }),
  at('16', '10:00:00', 'ada', { path: '/docs' }),
  at('17', '10:00:00', 'cid', { path: '/' }),
];

/** The page itself never scrolls sideways; wider content scrolls on its own. */
export async function expectNoSideScroll(page: Page): Promise<void> {
  const beyond = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
  expect(await page.evaluate<number>(beyond)).toBe(0);
}

export const phone = { viewport: { width: 360, height: 740 } };

/** Cells of each row of a table, as text. */
export const cellsOf = (page: Page, table: string): Promise<string[][]> =>
  page
    .locator(`${table} tbody tr`)
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll('th, td')].map((cell) => (cell as unknown as { innerText: string }).innerText.trim()),
      ),
    );

/** For things that appear shortly. The limit is generous for busy machines. */
export const soon = <T>(read: () => T) => expect.poll(read, { timeout: 15_000 });
