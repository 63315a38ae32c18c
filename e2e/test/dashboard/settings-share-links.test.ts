import { hasChromium } from '@millrace/shared/testing/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';

interface Links {
  share_links: { path: string; name: string; filters: unknown; has_password: boolean; expires_at: string | null }[];
}

describe.runIf(hasChromium())('shared links in the settings', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    await dashboard.store([{ path: '/', country: 'DE' }]);
  });
  afterAll(() => dashboard.stop());

  it('are created with the filters of the page, shown with address and embed code, and revoked', async () => {
    const { page, problems } = await dashboard.open('/shop/settings?f=is,country,DE');
    const links = page.getByRole('region', { name: 'Shared links' });
    await links.getByText('No shared links yet.').waitFor();
    await links.getByLabel('Name').fill('For "the" agency');
    await links.getByLabel('Password (optional)').fill('open sesame');
    await links.getByLabel('Valid through (optional)').fill('2099-12-31');
    expect(await links.getByLabel('Permanently limited to: Country is Germany').isChecked()).toBe(true);
    await links.getByRole('button', { name: 'Create link' }).click();
    await links.getByText('with a password · until 31 Dec 2099').waitFor();
    const { share_links: made } = await dashboard.ask<Links>('/sites/shop/share-links');
    expect(made).toMatchObject([
      { name: 'For "the" agency', filters: [['is', 'country', ['DE']]], has_password: true },
    ]);
    expect(new Date(made[0]!.expires_at!).toISOString()).toBe('2099-12-31T23:59:59.000Z');
    const address = dashboard.url + made[0]!.path;
    expect(await links.getByLabel('Address', { exact: true }).inputValue()).toBe(address);
    await links.getByText('Embed in another page').click();
    await links.getByLabel('Theme').selectOption('dark');
    await links.getByLabel('Language').selectOption('de');
    expect(await links.getByLabel('Code', { exact: true }).inputValue()).toBe(
      `<iframe src="${address}?embed=true&amp;theme=dark&amp;lang=de" title="For &quot;the&quot; agency" loading="lazy" width="100%" height="1600" style="border: 0"></iframe>`,
    );
    await links.getByRole('button', { name: 'Revoke: For "the" agency' }).click();
    await links.getByRole('button', { name: 'Confirm, cannot be undone: For "the" agency' }).click();
    await links.getByText(/revoked/).waitFor();
    expect(await links.getByLabel('Address', { exact: true }).count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
