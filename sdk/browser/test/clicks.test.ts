import { hasChromium } from '@millrace/shared/testing/chromium';
import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { allDelivered, deliveredEvents, openShopForEach, type Shop, tagFor } from './shop.ts';
import { pageWith } from './site.ts';

const body = `
<a id="away" href="https://news.example/today?x=1"><b>News</b></a>
<a id="own" href="/pricing">Pricing</a>
<a id="file" href="/files/list.PDF?v=2">List</a>
<a id="far-file" href="https://files.example/tool.zip">Tool</a>
<a id="mail" href="mailto:sales@shop.example.zip">Mail</a>
<svg><a id="drawn" href="https://svg.example/"><text y="20">Drawn</text></a></svg>
<button id="plan" data-track="choose" data-track-plan="pro" data-track-seats="3"><i>Pro</i></button>
<a id="both" href="https://partner.example/" data-track="partner">Partner</a>
<label id="around" data-track="agree"><b>I agree</b> <input type="checkbox"></label>
<div data-track="size"><label id="beside" for="large">Large</label> <input id="large" type="radio"></div>
<label id="far" data-track="note" for="text">Note</label> <input id="text">
<form id="news" action="/subscribe"><input name="id"><input name="action"><button>Go</button></form>
<form name="find" data-track="search" data-track-where="top"><button>Find</button></form>`;

/** A page may cancel events; the SDK still sees them first. */
const stay = `<script>for (const type of ['click', 'auxclick', 'submit']) addEventListener(type, (event) => {
  if (type === 'submit' || event.target.closest('a')) event.preventDefault();
});</script>`;

describe.skipIf(!hasChromium())('a click', () => {
  let shop: Shop;
  let context: BrowserContext;
  let page: Page;

  openShopForEach(async (opened) => {
    ({ shop, context, page } = opened);
    shop.site.pages['/'] = pageWith(tagFor(shop.collector.url), body + stay);
    await page.goto(shop.address('/'));
  });

  async function countedBy(act: () => Promise<void>, events: number): Promise<string[]> {
    await act();
    await page.evaluate("millrace.track('end')");
    await allDelivered(page, shop.collector, events + 2);
    return deliveredEvents(shop.collector).filter((line) => !/^(end|view) /.test(line));
  }

  it.each([
    ['on an external link', '#away b', ['outbound / {"url":"https://news.example/today?x=1"}']],
    ['on an internal link', '#own', []],
    ['on a download', '#file', ['download / {"url":"http://millrace.test:PORT/files/list.PDF?v=2"}']],
    ['on a download from another host', '#far-file', ['download / {"url":"https://files.example/tool.zip"}']],
    ['on a mail address', '#mail', []],
    ['inside an element with data-track', '#plan i', ['choose / {"plan":"pro","seats":"3"}']],
    ['on a label around its control', '#around b', ['agree /']],
    ['on a control in a label', '#around input', ['agree /']],
    ['on a label beside its control', '#beside', ['size /']],
    ['on a label whose control is elsewhere', '#far', ['note /']],
    ['on a link with data-track', '#both', ['outbound / {"url":"https://partner.example/"}', 'partner /']],
    ['that sends a form', '#news button', ['form_submit / {"form":"news","action":"/subscribe"}']],
    [
      'that sends a form with data-track',
      '[name=find] button',
      ['form_submit / {"form":"find","action":null}', 'search / {"where":"top"}'],
    ],
  ])('%s is counted as the right event', async (_what, selector, expected) => {
    const lines = await countedBy(() => page.click(selector), expected.length);
    expect(lines).toEqual(expected.map((line) => line.replace('PORT', String(shop.site.port))));
  });

  it('counts with the middle button, but not with the right one, which opens a menu', async () => {
    const both = async () => {
      await page.click('#away', { button: 'middle' });
      await page.click('#both', { button: 'right' });
    };
    expect(await countedBy(both, 1)).toEqual(['outbound / {"url":"https://news.example/today?x=1"}']);
  });

  it('is counted even if it leaves the page at once', async () => {
    await allDelivered(page, shop.collector, 1);
    await context.route('https://news.example/**', (route) => route.fulfill({ body: 'news' }));
    shop.site.pages['/leave'] = pageWith(tagFor(shop.collector.url), body);
    await page.goto(shop.address('/leave'));
    await page.click('#away');
    await page.waitForURL('https://news.example/**');
    await page.clock.install();
    await page.goto(shop.address('/'));
    await page.clock.runFor(40_000);
    await allDelivered(page, shop.collector, 4);
    expect(deliveredEvents(shop.collector)).toEqual([
      'outbound /leave {"url":"https://news.example/today?x=1"}',
      'view /',
      'view /',
      'view /leave',
    ]);
  });
});
