/** Geo lookups in an MMDB file: https://maxmind.github.io/MaxMind-DB/ */
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';
import { Reader, type Response } from 'mmdb-lib';
import { type GeoPlace, readGeoRecord } from './read-geo-record.js';
import { remember } from './remember.js';

/** @param address IPv4 or IPv6, but not IPv4-mapped IPv6 */
export type GeoFile = (address: string) => GeoPlace;

/** Far fewer than addresses, because many networks share a record. */
const MAX_RECORDS = 10_000;
const MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
/** The format allows the metadata to begin at most this many bytes before the end. */
const MAX_METADATA = 131_072;
const SEPARATOR = 16;
const NOWHERE: GeoPlace = Object.freeze({});

/** Cached networks of 256 addresses: those of visitors in the last few minutes. */
const MAX_NETWORKS = 20_000;
/** Placeholder for a network of 256 addresses that is split between several records. */
const SPLIT: GeoPlace = Object.freeze({});

/** Addresses across the internet, most of which any country database contains. */
const probes = [
  ...Array.from({ length: 223 }, (_, index) => `${index + 1}.0.0.1`),
  ...Array.from({ length: 256 }, (_, index) => `2${index.toString(16).padStart(2, '0')}0::1`),
  ...['2001:200::1', '2001:4860::1', '2400:cb00::1', '2a00:1450::1', '2c0f:fb50::1'],
];

/** @throws Error if the file is incomplete, which the reader alone would notice only at some later lookup. */
function parse(bytes: Buffer): Reader<Response> {
  const marker = bytes.lastIndexOf(MARKER);
  if (marker === -1 || bytes.length - marker > MAX_METADATA) throw new Error('not an MMDB file, or truncated');
  const cache = new LRUCache<string | number, object>({ max: MAX_RECORDS });
  const reader = new Reader<Response>(bytes, { cache });
  const { searchTreeSize, ipVersion } = reader.metadata;
  if (!(searchTreeSize + SEPARATOR <= marker) || (ipVersion !== 4 && ipVersion !== 6))
    throw new Error('the MMDB file is damaged');
  return reader;
}

/**
 * Reads the whole file into memory, 10 to 120 MB.
 * @throws Error if it is unreadable or damaged, or has no countries
 */
export async function openGeoFile(path: string): Promise<GeoFile> {
  const reader = parse(await readFile(path));
  const hasIPv6 = reader.metadata.ipVersion === 6;
  /** The record of an address, and the length of its network's prefix. */
  function recordOf(address: string): [record: unknown, bits: number] {
    try {
      // In an IPv4-only file, an IPv6 address would lead to the record of an unrelated address.
      return hasIPv6 || !isIPv6(address) ? reader.getWithPrefixLength(address) : [null, 0];
    } catch {
      // Damage in one place is no reason to refuse an event.
      return [null, 0];
    }
  }
  // The reader caches records, so all addresses of a record get the same object.
  const places = new WeakMap<object, GeoPlace>();
  function placeOf(record: unknown): GeoPlace {
    if (typeof record !== 'object' || record === null) return NOWHERE;
    const known = places.get(record);
    if (known !== undefined) return known;
    const place = Object.freeze(readGeoRecord(record));
    places.set(record, place);
    return place;
  }
  const placeOfNetwork = remember(MAX_NETWORKS, (network) => {
    const [record, bits] = recordOf(`${network}.0`);
    return bits > 24 ? SPLIT : placeOf(record);
  });
  function find(address: string): GeoPlace {
    const place = address.includes(':') ? SPLIT : placeOfNetwork(address.slice(0, address.lastIndexOf('.')));
    return place === SPLIT ? placeOf(recordOf(address)[0]) : place;
  }
  if (!probes.some((address) => find(address).country !== undefined)) throw new Error('the MMDB file has no countries');
  return find;
}
