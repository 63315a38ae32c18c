/** Reads what the dashboard shows as text. */
import type { Page } from 'playwright-core';

/** Figures at the top by name, once they are shown. */
export async function figures(page: Page): Promise<Record<string, string>> {
  const buttons = page.locator('.figures[aria-busy="false"] button');
  await buttons.first().waitFor();
  const entries = await buttons.evaluateAll((all) =>
    all.map((button) => [button.querySelector('.name')!.textContent!, button.querySelector('strong')!.textContent!]),
  );
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Cells of a panel's rows, once they are shown. */
export async function rowsOf(page: Page, panel: string): Promise<string[][]> {
  const table = page.getByRole('region', { name: panel }).locator('table[aria-busy="false"]');
  await table.waitFor();
  return table
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent!.trim())),
    );
}

/** Resolves when everything is loaded that follows the first view. */
export async function complete(page: Page): Promise<void> {
  await page.locator('.chart table').waitFor({ state: 'attached' });
  await settled(page);
}

/** Resolves when no answer is pending. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => (document.documentElement.dataset.unanswered ?? '0') === '0');
}
