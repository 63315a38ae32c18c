/** Hidden, restored and prerendered pages, in a browser without automation. */
import { hasChromium, hostName } from '@millrace/shared/testing/chromium';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInChromium } from './chromium.ts';
import { type Collector, startCollector } from './collector.ts';
import { summarize, tagFor } from './shop.ts';
import { pageWith, type Site, startSite } from './site.ts';

describe.skipIf(!hasChromium())('a page', () => {
  let collector: Collector;
  let site: Site;
  let chromium: { close(): Promise<void> } | undefined;

  beforeEach(async () => {
    collector = await startCollector();
    site = await startSite(tagFor(collector.url));
  });
  afterEach(async () => {
    await chromium?.close();
    chromium = undefined;
    await collector.close();
    await site.close();
  });

  const page = (path: string, script: string, body = '') => {
    site.pages[path] = pageWith(`${tagFor(collector.url)}<script>${script}</script>`, body);
  };
  const open = (path: string) => {
    chromium = openInChromium(`http://${hostName}:${site.port}${path}`);
  };
  const lines = () => collector.kept().map(summarize);
  const arrived = (line: string) => eventually(async () => lines().includes(line) || lines().length, `${line} arrives`);

  it('that was prerendered is counted when it is shown, with its earlier events', async () => {
    let readyAt = '';
    page(
      '/',
      "fetch('/when-ready').then(() => { location.href = '/ahead'; });",
      '<script type="speculationrules">{"prerender":[{"urls":["/ahead"],"eagerness":"immediate"}]}</script>',
    );
    page(
      '/ahead',
      `window.onload = () => {
        millrace.track('early', { prerendering: document.prerendering });
        setTimeout(() => fetch('/ready'), 1000);
      };
      document.addEventListener('prerenderingchange', () => setTimeout(() => millrace.track('shown'), 500));`,
    );
    site.onRequest = (path) => {
      if (path === '/ready') {
        expect(lines()).toEqual(['view /']);
        readyAt = new Date().toISOString();
      }
      return path === '/when-ready' ? eventually(async () => readyAt !== '', 'the page ahead is ready') : undefined;
    };
    open('/');
    await arrived('shown /ahead');
    const ahead = collector.kept().filter(({ path }) => path.endsWith('/ahead'));
    expect(ahead.map((event) => [summarize(event), event.timestamp > readyAt]).sort()).toEqual([
      ['early /ahead {"prerendering":true}', true],
      ['shown /ahead', true],
      ['view /ahead', true],
    ]);
  });

  it('restored from the back-forward cache is viewed again', async () => {
    page(
      '/',
      `addEventListener('pageshow', ({ persisted }) => persisted && millrace.track('restored'));
      fetch('/viewed').then(() => { location.href = '/next'; });`,
    );
    page('/next', "fetch('/next-viewed').then(() => history.back());");
    site.onRequest = (path) => {
      if (path === '/viewed') return eventually(async () => lines().includes('view /'), 'the first view');
      if (path === '/next-viewed') return eventually(async () => lines().includes('view /next'), 'the second view');
      return undefined;
    };
    open('/');
    await arrived('restored /');
    await eventually(async () => lines().filter((line) => line === 'view /').length === 2, 'the page is viewed again');
    const counted = lines().filter((line) => !line.startsWith('engagement'));
    expect(counted.sort()).toEqual(['restored /', 'view /', 'view /', 'view /next']);
  });

  it('reports engagement when hidden, and continues when shown again', async () => {
    page(
      '/',
      `fetch('/viewed').then(() => {
        scrollTo(0, 1e6);
        requestAnimationFrame(() => requestAnimationFrame(() => window.open('/other')));
      });
      document.addEventListener('visibilitychange', () => millrace.track('now', { hidden: document.hidden }));`,
      '<div style="height:9000px"></div>',
    );
    page('/other', "fetch('/hidden').then(() => window.close());");
    site.onRequest = (path) => {
      if (path === '/viewed') return eventually(async () => lines().includes('view /'), 'the first view');
      if (path === '/hidden') return eventually(async () => lines().includes('now / {"hidden":true}'), 'it is hidden');
      return undefined;
    };
    open('/');
    await arrived('now / {"hidden":false}');
    const [engagement] = collector.kept().filter(({ event_type: type }) => type === 'engagement');
    expect([summarize(engagement!).split(' ')[1], engagement!.properties.scroll_percent]).toEqual(['/', 100]);
    expect(lines().filter((line) => line === 'view /').length).toBe(1);
  });

  it('opened in the background is counted when it becomes visible', async () => {
    let isLoaded = false;
    page(
      '/',
      "if (!document.hidden) { window.open('/front'); document.addEventListener('visibilitychange', () => { location.href = '/late'; }, { once: true }); }",
    );
    page('/late', `window.onload = () => { millrace.track('loaded', { hidden: document.hidden }); };`);
    page('/front', "fetch('/late-loaded').then(() => window.close());");
    site.onRequest = (path) => {
      if (path !== '/late-loaded') return undefined;
      return eventually(async () => lines().includes('loaded /late {"hidden":true}'), 'it is loaded').then(() => {
        isLoaded = !lines().includes('view /late');
      });
    };
    open('/');
    await arrived('view /late');
    expect(isLoaded).toBe(true);
  });

  it('falls back to a beacon while hidden', async () => {
    page(
      '/',
      `window.fetch = () => Promise.reject(new TypeError('blocked'));
      document.addEventListener('visibilitychange', () => millrace.track('hidden', { hidden: document.hidden }));
      window.onload = () => setTimeout(() => window.open('/other'), 400);`,
    );
    open('/');
    await arrived('hidden / {"hidden":true}');
    expect(
      lines()
        .filter((line) => line.endsWith(' /') || line.startsWith('hidden'))
        .sort(),
    ).toEqual(['hidden / {"hidden":true}', 'view /']);
    expect(collector.deliveries.map(({ headers }) => headers['content-type'])).toContain('text/plain;charset=UTF-8');
  });
});
