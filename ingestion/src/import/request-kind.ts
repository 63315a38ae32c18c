import type { LogRecord } from './formats/log-record.js';

export type RequestKind = 'view' | 'asset' | 'request';

const ASSET_ENDINGS =
  'css js mjs map ico gif jpg jpeg png webp avif svg bmp tif tiff woff woff2 ttf otf eot xml rss atom'.split(' ');
const ASSET = new RegExp(String.raw`\.(?:${ASSET_ENDINGS.join('|')})$`, 'i');

/**
 * A successful GET (200, or 304 for a cached response) is a `view`, or an `asset` for `/robots.txt` and paths with the extension
 * of a file that is part of a page; everything else is a `request`.
 */
export function requestKind({ method, status, target }: LogRecord): RequestKind {
  if (method !== 'GET' || (status !== 200 && status !== 304)) return 'request';
  const path = withoutParameters(target.replace(/[?#].*$/s, ''));
  return path === '/robots.txt' || ASSET.test(path) ? 'asset' : 'view';
}

/** Removes the parameters of the last path segment (RFC 3986, 3.3), as in `/style.css;v=2`. */
function withoutParameters(path: string): string {
  const start = path.indexOf(';', path.lastIndexOf('/') + 1);
  return start === -1 ? path : path.slice(0, start);
}
