export interface Route {
  page: 'sites' | 'site' | 'funnels' | 'retention' | 'journeys' | 'live' | 'settings' | 'operator' | 'unknown';
  siteId?: string;
  /** Of a shared link. */
  slug?: string;
}

const sitePages = ['funnels', 'retention', 'journeys', 'live', 'settings'] as const;
type SitePage = (typeof sitePages)[number];
const isSitePage = (name: string): name is SitePage => (sitePages as readonly string[]).includes(name);

function pageOf(name: string | undefined): Route['page'] {
  if (name === undefined || name === '') return 'site';
  return isSitePage(name) ? name : 'unknown';
}

/** Keeps a part that was truncated in the middle of an escape sequence. */
function decodeOrKeep(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** `path` is relative to Millrace's base path, without a leading slash. */
export function parseRoute(path: string): Route {
  const [first = '', second, third] = path.split('/').map(decodeOrKeep);
  if (first === '') return { page: 'sites' };
  if (first === 'operator') return { page: 'operator' };
  if (first === 'share' && second) return { page: pageOf(third), slug: second };
  // A site named like one of our pages lives below `sites/`.
  if (first === 'sites' && second) return { page: pageOf(third), siteId: second };
  return { page: pageOf(second), siteId: first };
}
