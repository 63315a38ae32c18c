/** Finds the known source that a host or `utm_source` belongs to. */
import type { Channel } from './channel.js';
import { sourceHosts } from './source-hosts.js';

export interface Place {
  source: string;
  channel: Channel;
}

const hosts = new Map<string, Place>();
const brands = new Map<string, Place>();
const spellings = new Map<string, Place>();

/** Names that in a `utm_source` usually mean something else. */
const ordinaryWords: ReadonlySet<string> = new Set(['ask', 'impact', 'line', 'note', 'pi', 'shop', 'target']);

function addWord(word: string, place: Place): void {
  if (word.endsWith('.*')) brands.set(word.slice(0, -2), place);
  else (word.includes('.') ? hosts : spellings).set(word, place);
}

for (const [channel, places] of sourceHosts) {
  for (const [source, words] of Object.entries(places)) {
    const place = { source, channel };
    if (!ordinaryWords.has(source.toLowerCase())) spellings.set(source.toLowerCase(), place);
    for (const word of words.split(' ')) addWord(word, place);
  }
}

/** A country's domain or `.com`, following a brand. */
const COUNTRY = /\.(?:com|[a-z]{2}|(?:com?|org|net|ne|or)\.[a-z]{2})$/;
/** The longest host name that DNS allows, in characters. */
const MAX_HOST = 253;

/** Looks up `name` and its parent domains: `a.b.c`, `b.c`, `c`. */
function findBelow(known: ReadonlyMap<string, Place>, name: string): Place | undefined {
  for (let rest = name; ; ) {
    const place = known.get(rest);
    if (place !== undefined) return place;
    const dot = rest.indexOf('.');
    if (dot === -1) return undefined;
    rest = rest.slice(dot + 1);
  }
}

/** @param host in lower case, without port and trailing dot */
export function placeOfHost(host: string): Place | undefined {
  if (host.length > MAX_HOST) return undefined;
  const place = findBelow(hosts, host);
  if (place !== undefined) return place;
  const ending = COUNTRY.exec(host);
  return ending === null ? undefined : findBelow(brands, host.slice(0, ending.index));
}

/** @param name a `utm_source` in lower case: `fb`, `google`, `google.com` */
export function placeOfName(name: string): Place | undefined {
  return spellings.get(name) ?? (name.includes('.') ? placeOfHost(name) : undefined);
}
