/** The engine's cache between queries: column blocks, segment directories, dictionaries and tails. */
import type { Directory } from '@millrace/shared/segments/segment-format';
import { LRUCache } from 'lru-cache';
import type { Tail } from './tail.js';
import type { UnpackedBlock } from './unpack-blocks.js';

/** The values of a column, by code - 1. */
export interface Dictionary {
  values: (string | null)[];
  /** Codes by value; created on first use. */
  codes?: Map<string, number>;
}

export interface Memory {
  block(segment: string, column: string): UnpackedBlock | undefined;
  keepBlock(segment: string, column: string, block: UnpackedBlock): void;
  directory(segment: string): Directory | undefined;
  keepDirectory(segment: string, directory: Directory): void;
  dictionary(site: string, epoch: string, column: string): Dictionary | undefined;
  keepDictionary(site: string, epoch: string, column: string, dictionary: Dictionary): void;
  tail(site: string): Tail | undefined;
  /** `bytes` is an estimate of its size. */
  keepTail(site: string, tail: Tail, bytes: number): void;
  forgetTail(site: string): void;
  readonly maxBytes: number;
  /** Approximate size in bytes. */
  readonly size: number;
}

/** Approximate overhead of an entry, in bytes. */
const entryBytes = 200;
const directoryBytes = 4_000;
/** Approximate overhead of a text with its map entry, in bytes, besides two bytes for each character. */
const textBytes = 80;

const sizeOf = ({ values }: Dictionary) =>
  values.reduce((sum, value) => sum + textBytes + 2 * (value?.length ?? 0), entryBytes);

/**
 * The least recently used entries are evicted first. Entries never become stale, because data that changes gets a new key. Texts
 * of an earlier epoch are dropped as soon as another epoch is requested: they may have been erased since.
 */
export function createMemory(maxBytes: number): Memory {
  const entries = new LRUCache<string, { kept: unknown }>({ maxSize: maxBytes, maxEntrySize: maxBytes });
  const get = <T>(key: string) => entries.get(key)?.kept as T | undefined;
  const keep = (key: string, kept: unknown, size: number) => {
    entries.set(key, { kept }, { size });
  };
  const blockKey = (segment: string, column: string) => `block ${segment} ${column}`;
  const tailKey = (site: string) => `tail ${site}`;
  const directoryKey = (segment: string) => `directory ${segment}`;
  const dictionaries = new Map<string, { epoch: string; keys: Set<string> }>();
  const dictionaryKey = (site: string, epoch: string, column: string) => {
    let current = dictionaries.get(site);
    if (current?.epoch !== epoch) {
      for (const key of current?.keys ?? []) entries.delete(key);
      if (!get<Tail>(tailKey(site))?.generation.endsWith(` ${epoch}`)) entries.delete(tailKey(site));
      current = { epoch, keys: new Set() };
      dictionaries.set(site, current);
    }
    const key = `values ${site} ${epoch} ${column}`;
    current.keys.add(key);
    return key;
  };
  return {
    block: (segment, column) => get(blockKey(segment, column)),
    keepBlock: (segment, column, block) => keep(blockKey(segment, column), block, block.byteLength + entryBytes),
    directory: (segment) => get(directoryKey(segment)),
    keepDirectory: (segment, directory) => keep(directoryKey(segment), directory, directoryBytes),
    dictionary: (site, epoch, column) => get(dictionaryKey(site, epoch, column)),
    keepDictionary: (site, epoch, column, dictionary) =>
      keep(dictionaryKey(site, epoch, column), dictionary, sizeOf(dictionary)),
    tail: (site) => get(tailKey(site)),
    keepTail: (site, tail, bytes) => keep(tailKey(site), tail, bytes + entryBytes),
    forgetTail: (site) => void entries.delete(tailKey(site)),
    maxBytes,
    get size() {
      return entries.calculatedSize;
    },
  };
}
