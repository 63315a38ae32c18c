/** Deduplicates texts as the bytes that Postgres sends, and makes strings only of the distinct ones. */
import { randomInt } from 'node:crypto';
import { doubled } from './number-list.js';

export interface ByteTexts {
  readonly size: number;
  /** The index of a text, from 1; 0 if it is not in the set. */
  find(bytes: Buffer, start: number, end: number): number;
  /** The index of a text, which is added if it is not in the set. */
  add(bytes: Buffer, start: number, end: number): number;
  /** The bytes of a text; a view, not a copy. */
  bytesAt(place: number): Buffer;
  /** All texts, in the order of their indexes. */
  toTexts(): string[];
}

/** Random, so clients cannot construct colliding texts. */
const seed = randomInt(2 ** 31);

/** FNV-1a, followed by the last mixing step of MurmurHash3. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = seed;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** An open-addressing hash table, at most half full. */
export function createByteTexts(): ByteTexts {
  let heap = Buffer.allocUnsafeSlow(256);
  /** End of each text, which is the start of the next. */
  let ends = new Uint32Array(16);
  let hashes = new Uint32Array(16);
  let table = new Uint32Array(32);
  let size = 0;

  function isAt(place: number, bytes: Buffer, start: number, end: number): boolean {
    const first = ends[place - 1]!;
    if (ends[place]! - first !== end - start) return false;
    for (let at = start; at < end; at += 1) if (heap[first + at - start] !== bytes[at]) return false;
    return true;
  }

  function grow(): void {
    ends = doubled(ends);
    hashes = doubled(hashes);
    table = new Uint32Array(2 * table.length);
    const mask = table.length - 1;
    for (let place = 1; place <= size; place += 1) {
      let slot = hashes[place]! & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = place;
    }
  }

  function add(slot: number, hash: number, bytes: Buffer, start: number, end: number): number {
    const first = ends[size]!;
    const needed = first + end - start;
    if (needed > heap.length) {
      const grown = Buffer.allocUnsafeSlow(2 * needed);
      heap.copy(grown, 0, 0, first);
      heap = grown;
    }
    for (let at = start; at < end; at += 1) heap[first + at - start] = bytes[at]!;
    size += 1;
    ends[size] = needed;
    hashes[size] = hash;
    table[slot] = size;
    if (size + 1 === ends.length) grow();
    return size;
  }

  /** The slot of a text, or the free slot where it belongs. */
  function slotOf(hash: number, bytes: Buffer, start: number, end: number): number {
    const mask = table.length - 1;
    let slot = hash & mask;
    for (; table[slot] !== 0; slot = (slot + 1) & mask) {
      const place = table[slot]!;
      if (hashes[place] === hash && isAt(place, bytes, start, end)) break;
    }
    return slot;
  }

  const bytesAt = (place: number) => heap.subarray(ends[place - 1]!, ends[place]!);
  return {
    get size() {
      return size;
    },
    find: (bytes, start, end) => table[slotOf(hashOf(bytes, start, end), bytes, start, end)]!,
    add(bytes, start, end) {
      const hash = hashOf(bytes, start, end);
      const slot = slotOf(hash, bytes, start, end);
      return table[slot] || add(slot, hash, bytes, start, end);
    },
    bytesAt,
    toTexts: () => Array.from({ length: size }, (_, at) => bytesAt(at + 1).toString()),
  };
}
