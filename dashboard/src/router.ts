/** Where the page is: what its address says about the page, and about the API behind it. */
import { computed, signal } from '@preact/signals';
import { type Place, placeOf } from './parse-route.ts';
import { keptNames } from './view-address.ts';

export type { Place } from './parse-route.ts';

/** Folder of a proxy in front of Millrace, with a slash at its end; `/` without one. */
const root = new URL(document.baseURI).pathname;

/** The address as the browser shows it; everything that can be clicked changes it, and nothing else holds what is shown. */
export const address = signal(readAddress());

function readAddress() {
  const { pathname, search } = location;
  return { path: pathname.startsWith(root) ? pathname.slice(root.length) : '', search };
}

export const place = computed(() => placeOf(address.value.path));

/** How often the reader has come from one page of ours to another. */
export const arrivals = signal(0);

function followLocation(): void {
  const { path } = address.value;
  address.value = readAddress();
  if (address.value.path !== path) arrivals.value += 1;
}

/** Where requests go: those of a shared link to what is shared. */
export const apiBase = computed(() => {
  const { slug } = place.value;
  return `${root}${slug ? `share/${encodeURIComponent(slug)}/` : ''}api/v1`;
});

/** Names below `/` that are not sites: routes of reporting. */
const taken = new Set([
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
function withLook(search: string): string {
  const present = new URLSearchParams(address.value.search);
  const wanted = new URLSearchParams(search);
  for (const name of keptNames) {
    const value = present.get(name);
    if (value && !wanted.has(name)) wanted.set(name, value);
  }
  const text = wanted.toString();
  return text === '' ? '' : `?${text}`;
}

/** A shared link within a page of somebody else. */
export const isEmbedded = computed(
  () => place.value.slug !== undefined && new URLSearchParams(address.value.search).get('embed') === 'true',
);

/** The address of a page of a site. */
export function siteAddress(siteId: string, page: Place['page'] = 'site', search = ''): string {
  const { slug } = place.value;
  const name = encodeURIComponent(siteId);
  const folder = slug
    ? `share/${encodeURIComponent(slug)}`
    : taken.has(siteId.toLowerCase()) || siteId.includes('.')
      ? `sites/${name}`
      : name;
  return `${root}${folder}${page === 'site' ? '' : `/${page}`}${withLook(search)}`;
}

export const rootAddress = (page = ''): string => root + page;

/** Goes to an address of ours, as a click on a link would, but without loading the page again. */
export function goTo(url: string, { replace = false } = {}): void {
  const { href, pathname } = new URL(url, document.baseURI);
  // Back would seem to do nothing if the same address came twice.
  const isSame = href === location.href;
  const isOtherPage = pathname !== location.pathname;
  history[replace || isSame ? 'replaceState' : 'pushState'](null, '', url);
  if (isOtherPage) scrollTo(0, 0);
  followLocation();
}

/** Lets the browser's Back and Forward, and plain clicks on links of ours, change the page without loading it. */
export function followAddress(): void {
  addEventListener('popstate', followLocation);
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
    goTo(link.href);
  });
}
