/** Which page an address below Millrace names. */

export interface Place {
  page: 'sites' | 'site' | 'funnels' | 'retention' | 'journeys' | 'live' | 'settings' | 'operator' | 'unknown';
  siteId?: string;
  /** Of a shared link. */
  slug?: string;
}

const pagesOfSite = ['funnels', 'retention', 'journeys', 'live', 'settings'] as const;
type PageOfSite = (typeof pagesOfSite)[number];
const isPageOfSite = (name: string): name is PageOfSite => (pagesOfSite as readonly string[]).includes(name);

function pageOf(name: string | undefined): Place['page'] {
  if (name === undefined || name === '') return 'site';
  return isPageOfSite(name) ? name : 'unknown';
}

/** As it stands where it was cut in the middle of a character. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** `path` is without the folder that Millrace is in, and without a slash at its beginning. */
export function placeOf(path: string): Place {
  const [first = '', second, third] = path.split('/').map(decoded);
  if (first === '') return { page: 'sites' };
  if (first === 'operator') return { page: 'operator' };
  if (first === 'share' && second) return { page: pageOf(third), slug: second };
  // A site whose name is that of a page of ours has its own below this folder.
  if (first === 'sites' && second) return { page: pageOf(third), siteId: second };
  return { page: pageOf(second), siteId: first };
}
