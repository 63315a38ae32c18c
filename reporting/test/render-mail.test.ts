import { describe, expect, it } from 'vitest';
import type { MailContext } from '../src/delivery/mail-content.js';
import { renderMail } from '../src/delivery/render-mail.js';
import type { DeliverableReport } from '../src/delivery/report-to-deliver.js';
import { figures } from './delivered-reports.js';

const report: DeliverableReport = {
  ...{ id: 'r', siteId: 'demo', siteName: 'Demo shop', templateId: 'weekly', title: 'Weekly growth' },
  ...{ dataset: 'timeseries', format: 'pdf', firstDay: '2026-11-16', lastDay: '2026-11-22', timezone: 'UTC' },
  ...{ recipients: [], webhook: null, secret: null, status: 'generated', revision: 1, keyFigures: figures },
  ...{ changes: null, file: 'f', bytes: '5', unsubscribed: [] },
};
const context: MailContext = {
  address: 'anna@example.org',
  from: 'reports@millrace.example',
  unsubscribeUrl: 'https://stats.example.org/stop?a=1&b=2',
  file: { kind: 'attached', filename: 'weekly.pdf', content: Buffer.alloc(183_000) },
};

describe('the mail about a report', () => {
  it('shows the figures and their changes, the attachment, why the recipient gets it and how to unsubscribe', () => {
    expect(renderMail(report, context).text).toBe(`Weekly growth
Demo shop · 16 to 22 November 2026

                       now   change    previous
Views            1,248,032   ▲ +13%   1,101,500
Visitors            84,210    ▼ −5%      88,903
Revenue (EUR)   €18,230.50                €0.00

The full report is attached: weekly.pdf (183 KB).

-- 
You get this email because anna@example.org is a recipient of the report “Weekly growth” in Millrace.
To stop receiving this report, unsubscribe:
https://stats.example.org/stop?a=1&b=2
`);
    const { subject, html } = renderMail(report, context);
    expect(subject).toBe('Weekly growth: Demo shop, 16 to 22 November 2026');
    for (const part of [
      '1,248,032',
      '▲ +13%',
      '€18,230.50',
      'weekly.pdf',
      'href="https://stats.example.org/stop?a=1&amp;b=2"',
    ]) {
      expect(html).toContain(part);
    }
  });

  it('says that it is another revision, and what has changed', () => {
    const changes = [
      { name: 'views', title: 'Views', before: '7', now: '9' },
      { name: 'revenue_JPY', title: 'Revenue (JPY)', before: null, now: '1200', unit: 'JPY' },
    ];
    const { subject, text, html } = renderMail({ ...report, revision: 2, changes, keyFigures: [] }, context);
    expect(subject).toBe('Revised: Weekly growth: Demo shop, 16 to 22 November 2026');
    expect(text).toContain(`What changed since the last revision:

                was   is now
Views             7        9
Revenue (JPY)     –   ¥1,200`);
    expect(html).toContain(
      'This is revision 2 of the report: the data of its period has changed since it was first written',
    );
    const same = renderMail({ ...report, revision: 3, changes: [] }, context);
    expect(same.text).toContain(
      'revision 3 of the report: it was written again, and none of its key figures has changed.',
    );
  });

  it('says where the file is if it is not attached', () => {
    const expiresAt = new Date('2026-12-23T10:00:00Z');
    const linked = { kind: 'linked' as const, bytes: 14_240_000, url: 'https://stats.example.org/f', expiresAt };
    const { text, html } = renderMail(report, { ...context, file: linked });
    expect(text).toContain(
      'The full report is 14.2 MB, which is too large for an email. The download link is valid until 23 December 2026.\nhttps://stats.example.org/f',
    );
    expect(html).toContain('href="https://stats.example.org/f"');
  });

  it('keeps every digit, shows unknown values as a dash, and a single day as one date', () => {
    const keyFigures = [
      { name: 'a', title: 'Long', value: '12345678901234567890', previous: null, change: null },
      { name: 'b', title: 'None', value: null, previous: null, change: null },
      { name: 'c', title: 'Bounce', value: 40.25, previous: 50, change: -20, unit: '%', higherIsBetter: false },
    ];
    const { text, html } = renderMail({ ...report, firstDay: '2026-11-22', keyFigures }, context);
    expect(text).toContain('Demo shop · 22 November 2026');
    expect(text).toContain('12,345,678,901,234,567,890');
    expect(text).toMatch(/None +–\n/);
    expect(text).toMatch(/Bounce +40\.25% +▼ −20% +50%/);
    expect(html).toContain('class="good"');
  });

  it('never contains HTML from a site, title or path, and stays short enough for mail clients to show it whole', () => {
    const evil = `"'></td><script>alert(1)</script><img src=x onerror=alert(1)>&\u202egnp\n`;
    const many = Array.from({ length: 500 }, () => ({
      name: evil,
      title: evil.repeat(50),
      value: evil,
      previous: evil,
      change: 1,
    }));
    const { html, text, subject } = renderMail(
      {
        ...{ ...report, siteName: evil, title: evil.repeat(50), keyFigures: many, revision: 2 },
        changes: many.map(({ title }) => ({ name: 'a', title, before: evil, now: evil, unit: evil })),
      },
      {
        ...context,
        unsubscribeUrl: `https://x.example/"><script>`,
      },
    );
    expect(html.match(/<script|<img|\u202e/g)).toBeNull();
    expect(html.includes('&lt;script&gt;')).toBe(true);
    expect(html.match(/<[^>]*onerror/)).toBeNull();
    expect(subject).not.toMatch(/[\n\u202e]/);
    expect(Buffer.byteLength(html)).toBeLessThan(100_000);
    expect(Buffer.byteLength(text)).toBeLessThan(100_000);
  });
});
