/** Referrers that count as one. */
import type { ReadParts } from './read-parts.js';

/** For each code the one that it counts as: hosts of the site itself are direct. Undefined for a site without hostnames. */
export function mergeOwnReferrers({ values, site }: ReadParts): Uint32Array | undefined {
  const referrers = values.get('referrer');
  if (!referrers || site.hostnames.length === 0) return undefined;
  const direct = referrers.codeOf('direct');
  const own = new Set(site.hostnames);
  return Uint32Array.from({ length: referrers.size() + 1 }, (_, code) =>
    own.has(referrers.textOf(code) ?? '') ? direct : code,
  );
}
