/** Where the page is: what its address says about the page, and about the API behind it. */
import { computed, signal } from '@preact/signals';
import { parseRoute, type Route } from './parse-route.ts';
import { embedParams } from './view-address.ts';

export type { Route } from './parse-route.ts';

/** Folder of a proxy in front of Millrace, with a slash at its end; `/` without one. */
const root = new URL(document.baseURI).pathname;

/** The address as the browser shows it; everything that can be clicked changes it, and nothing else holds what is shown. */
export const address = signal(readAddress());

function readAddress() {
  const { pathname, search } = location;
  return { path: pathname.startsWith(root) ? pathname.slice(root.length) : '', search };
}

export const route = computed(() => parseRoute(address.value.path));

/** How often the reader has come from one page of ours to another. */
export const navigationCount = signal(0);

function syncAddress(): void {
  const { path } = address.value;
  address.value = readAddress();
  if (address.value.path !== path) navigationCount.value += 1;
}

/** Where requests go: those of a shared link to what is shared. */
export const apiBase = computed(() => {
  const { slug } = route.value;
  return `${root}${slug ? `share/${encodeURIComponent(slug)}/` : ''}api/v1`;
});

/** Names below `/` that are not sites: routes of reporting. */
const reservedNames = new Set([
  'api',
  'assets',
  'docs',
  'health',
  'metrics',
  'operator',
  'share',
  'sites',
  'stats',
  'unsubscribe',
]);

/** `search` with what the present address says about the look of the page. */
function withEmbedParams(search: string): string {
  const present = new URLSearchParams(address.value.search);
  const params = new URLSearchParams(search);
  for (const name of embedParams) {
    const value = present.get(name);
    if (value && !params.has(name)) params.set(name, value);
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** A shared link within a page of somebody else. */
export const isEmbedded = computed(
  () => route.value.slug !== undefined && new URLSearchParams(address.value.search).get('embed') === 'true',
);

/** The address of a page of a site. */
export function siteUrl(siteId: string, page: Route['page'] = 'site', search = ''): string {
  const { slug } = route.value;
  const name = encodeURIComponent(siteId);
  const folder = slug
    ? `share/${encodeURIComponent(slug)}`
    : reservedNames.has(siteId.toLowerCase()) || siteId.includes('.')
      ? `sites/${name}`
      : name;
  return `${root}${folder}${page === 'site' ? '' : `/${page}`}${withEmbedParams(search)}`;
}

export const rootUrl = (page = ''): string => root + page;

/** Goes to an address of ours, as a click on a link would, but without loading the page again. */
export function navigate(url: string, { replace = false } = {}): void {
  const { href, pathname } = new URL(url, document.baseURI);
  // Back would seem to do nothing if the same address came twice.
  const isSame = href === location.href;
  const isOtherPage = pathname !== location.pathname;
  history[replace || isSame ? 'replaceState' : 'pushState'](null, '', url);
  if (isOtherPage) scrollTo(0, 0);
  syncAddress();
}

/** Lets the browser's Back and Forward, and plain clicks on links of ours, change the page without loading it. */
export function startRouter(): void {
  addEventListener('popstate', syncAddress);
  addEventListener('click', (event) => {
    const link = (event.target as Element).closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute('download')) return;
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    if (link.origin !== location.origin || !link.dataset.page) return;
    event.preventDefault();
    navigate(link.href);
  });
}
