/** An MMDB file (https://maxmind.github.io/MaxMind-DB/) in memory. */
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';
import { Reader, type Response } from 'mmdb-lib';
import { type GeoPlace, readGeoRecord } from './read-geo-record.js';
import { remember } from './remember.js';

/** @param address IPv4, or IPv6 that is not mapped from it */
export type GeoFile = (address: string) => GeoPlace;

/** Records, not addresses: many networks share one. */
const MAX_RECORDS = 10_000;
const MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
/** By the format's description the metadata begins within so many bytes of the end. */
const MAX_METADATA = 131_072;
const SEPARATOR = 16;
const NOWHERE: GeoPlace = Object.freeze({});

/** Networks of 256 addresses, in which visitors of the last minutes are. */
const MAX_NETWORKS = 20_000;
/** Stands for a network whose parts are in different places. */
const IN_PARTS: GeoPlace = Object.freeze({});

/** Addresses all over the internet: a database of countries knows most of them. */
const probes = [
  ...Array.from({ length: 223 }, (_, index) => `${index + 1}.0.0.1`),
  ...Array.from({ length: 256 }, (_, index) => `2${index.toString(16).padStart(2, '0')}0::1`),
  ...['2001:200::1', '2001:4860::1', '2400:cb00::1', '2a00:1450::1', '2c0f:fb50::1'],
];

/** @throws Error for what is not a whole file; a reader alone would find out with some address. */
function parse(bytes: Buffer): Reader<Response> {
  const marker = bytes.lastIndexOf(MARKER);
  if (marker === -1 || bytes.length - marker > MAX_METADATA) throw new Error('not an MMDB file, or not all of one');
  const cache = new LRUCache<string | number, object>({ max: MAX_RECORDS });
  const reader = new Reader<Response>(bytes, { cache });
  const { searchTreeSize, ipVersion } = reader.metadata;
  if (!(searchTreeSize + SEPARATOR <= marker) || (ipVersion !== 4 && ipVersion !== 6))
    throw new Error('a damaged MMDB file');
  return reader;
}

/**
 * Reads the whole file into memory, 10 to 120 MB.
 * @throws Error when it cannot be read, is damaged, or tells no countries
 */
export async function openGeoFile(path: string): Promise<GeoFile> {
  const reader = parse(await readFile(path));
  const holdsIPv6 = reader.metadata.ipVersion === 6;
  /** The record, and how many bits of the address lead to it. */
  function recordOf(address: string): [record: unknown, bits: number] {
    try {
      // The tree of a file for IPv4 alone would lead an IPv6 address to some other one's record.
      return holdsIPv6 || !isIPv6(address) ? reader.getWithPrefixLength(address) : [null, 0];
    } catch {
      // Damaged in one place: no reason to refuse an event.
      return [null, 0];
    }
  }
  // The reader keeps records, and gives the same one for all addresses of it.
  const read = new WeakMap<object, GeoPlace>();
  function placeOf(record: unknown): GeoPlace {
    if (typeof record !== 'object' || record === null) return NOWHERE;
    const known = read.get(record);
    if (known !== undefined) return known;
    const place = Object.freeze(readGeoRecord(record));
    read.set(record, place);
    return place;
  }
  const placeOfNetwork = remember(MAX_NETWORKS, (network) => {
    const [record, bits] = recordOf(`${network}.0`);
    return bits > 24 ? IN_PARTS : placeOf(record);
  });
  function find(address: string): GeoPlace {
    const place = address.includes(':') ? IN_PARTS : placeOfNetwork(address.slice(0, address.lastIndexOf('.')));
    return place === IN_PARTS ? placeOf(recordOf(address)[0]) : place;
  }
  if (!probes.some((address) => find(address).country !== undefined)) throw new Error('an MMDB file without countries');
  return find;
}
