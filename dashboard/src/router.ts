/** The current address, what it means, and navigation between pages. */
import { computed, signal } from '@preact/signals';
import { parseRoute, type Route } from './parse-route.ts';
import { embedParams } from './view-address.ts';

export type { Route } from './parse-route.ts';

/** The base path, with a trailing slash; `/` unless a proxy serves Millrace from a subfolder. */
const root = new URL(document.baseURI).pathname;

/** The address as the browser shows it. All navigation changes it, and all state that can be linked to is in it. */
export const address = signal(readAddress());

function readAddress() {
  const { pathname, search } = location;
  return { path: pathname.startsWith(root) ? pathname.slice(root.length) : '', search };
}

export const route = computed(() => parseRoute(address.value.path));

/** The number of navigations from one page to another. */
export const navigationCount = signal(0);

function syncAddress(): void {
  const { path } = address.value;
  address.value = readAddress();
  if (address.value.path !== path) navigationCount.value += 1;
}

/** A shared link has its own API below its path. */
export const apiBase = computed(() => {
  const { slug } = route.value;
  return `${root}${slug ? `share/${encodeURIComponent(slug)}/` : ''}api/v1`;
});

/** Top-level paths that reporting uses for other things. */
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

/** Adds the embedding parameters of the current address to `search`. */
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

/** A shared link inside a frame of another site. */
export const isEmbedded = computed(
  () => route.value.slug !== undefined && new URLSearchParams(address.value.search).get('embed') === 'true',
);

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

/** Goes to another address without reloading the page. */
export function navigate(url: string, { replace = false } = {}): void {
  const { href, pathname } = new URL(url, document.baseURI);
  // Otherwise Back would seem to do nothing.
  const isSame = href === location.href;
  const isOtherPage = pathname !== location.pathname;
  history[replace || isSame ? 'replaceState' : 'pushState'](null, '', url);
  if (isOtherPage) scrollTo(0, 0);
  syncAddress();
}

/** Handles Back, Forward and clicks on internal links without reloading the page. */
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
