import { attribute } from '../empty/setup-lines.ts';
import { rootUrl } from '../router.ts';
import type { Filter } from '../view.ts';

export interface ShareLink {
  id: string;
  slug: string;
  path: string;
  /** The public address, if reporting knows it. */
  url: string | null;
  name: string | null;
  filters: Filter[] | null;
  has_password: boolean;
  expires_at: string | null;
  revoked_at: string | null;
  created_at: string;
}

export const addressOfLink = ({ url, path }: Pick<ShareLink, 'url' | 'path'>): string =>
  url ?? new URL(rootUrl(path.replace(/^\//, '')), location.href).href;

interface Look {
  /** `system` and an empty language leave the choice to the viewer. */
  theme: string;
  language: string;
}

/** The HTML that embeds the link in another page. */
export function embedCode(address: string, title: string, { theme, language }: Look): string {
  const url = new URL(address);
  url.searchParams.set('embed', 'true');
  if (theme !== 'system') url.searchParams.set('theme', theme);
  if (language !== '') url.searchParams.set('lang', language);
  return `<iframe src="${attribute(url.href)}" title="${attribute(title)}" loading="lazy" width="100%" height="1600" style="border: 0"></iframe>`;
}
