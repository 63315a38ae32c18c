/** Whether there is memory to parse a body: its bytes say little, since 9 MB of `[{},{},...]` become 200 MB of objects. */
import { getHeapStatistics } from 'node:v8';
import type { Refusal } from '@millrace/shared/platform/errors';
import { maxExactNumbersPerRequest } from './parse-events.js';

export interface ParseMemory {
  /**
   * A refusal of a body that this process could not parse beside what it holds already: for good where it could not do so alone.
   * `textBytes` are those of other requests that have become text.
   */
  refuse(body: Buffer, textBytes: number): Refusal | undefined;
}

/**
 * Part of the heap's limit that may be filled. The rest is room for what V8 sets aside for young objects, which it counts too, and
 * to collect garbage in: a heap that is nearly full ends the process.
 */
const usablePart = 0.6;

/** Bytes that requests may fill of this process's heap, now that it is started. */
export function usableHeapBytes(): number {
  const { heap_size_limit, used_heap_size } = getHeapStatistics();
  return Math.max(0, heap_size_limit * usablePart - used_heap_size);
}

/** A body in work is kept as its text and, once parsed, as the texts of its events, so that it counts more than once. */
const keptPerByte = 2;
/** The text, the texts of its values, those of its events, and those joined into jobs. */
const textsPerByte = 4;

/**
 * Bytes of heap behind one byte of JSON, as measured with Node 20, each for the worst kind of body: an empty object takes 64, a
 * key that no other object has 64, a place in an array 8 to 16, the head of a short text 24, half of which each quote pays.
 */
const weights = new Uint8Array(256);
for (const [character, bytes] of Object.entries({ '{': 64, '[': 64, ':': 64, ',': 16, '"': 12 })) {
  weights[character.charCodeAt(0)] = bytes;
}
/** What a number that no double holds takes while it is marked, parsed a second time and put back. */
const exactNumber = 600;
/** Digits and points in a row from which on a number may be such a one; so may one with an exponent of three digits. */
const longRun = 16;
const longExponent = 3;
/** Nothing weighs more: `1e400,`, or `[` alone in a text of two bytes a character. */
const worstPerByte = 112;

const [quote, backslash, newline] = [0x22, 0x5c, 0x0a];
const isDigitOrPoint = (byte: number) => (byte >= 0x30 && byte <= 0x39) || byte === 0x2e;
const isExponentMark = (byte: number) => byte === 0x65 || byte === 0x45;
const isSign = (byte: number) => byte === 0x2b || byte === 0x2d;

/** Where the text that begins at `start` ends; no text goes on over a line end, so that a quote too many hides nothing. */
function endOfText(body: Buffer, start: number): number {
  let at = start + 1;
  for (; at < body.length && body[at] !== quote && body[at] !== newline; at += 1) if (body[at] === backslash) at += 1;
  return at;
}

/** An upper bound of the heap that the exact numbers of `body` take, in bytes. More of them than may be are refused before. */
function exactNumbersCost(body: Buffer): number {
  let numbers = 0;
  let run = 0;
  let inExponent = false;
  for (let index = 0; index < body.length && numbers < maxExactNumbersPerRequest; index += 1) {
    const byte = body[index] as number;
    if (isDigitOrPoint(byte)) {
      run += 1;
      if (run === (inExponent ? longExponent : longRun)) numbers += 1;
    } else {
      if (byte === quote) index = endOfText(body, index);
      inExponent = run > 0 ? isExponentMark(byte) : inExponent && isSign(byte);
      run = 0;
    }
  }
  return numbers * exactNumber;
}
/** The first byte of characters beyond Latin-1, for the sake of one of which V8 keeps a whole text in two bytes a character. */
const firstWide = 0xc4;

/** An upper bound of the heap that parsing and checking `body` takes, in bytes; a few ms per MB. */
function parseCost(body: Buffer): number {
  let cost = 0;
  let widest = 0;
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index] as number;
    cost += weights[byte] as number;
    if (byte > widest) widest = byte;
  }
  return cost + exactNumbersCost(body) + body.length * textsPerByte * (widest >= firstWide ? 2 : 1);
}

export function createParseMemory(usableBytes: number): ParseMemory {
  const message =
    'This server has not the memory to parse so much at once. Send smaller batches, or give it a larger heap (--max-old-space-size).';
  return {
    refuse(body, textBytes) {
      const left = usableBytes - keptPerByte * textBytes;
      // Nearly always: with a heap of a gigabyte no body is ever looked at.
      if (body.length * worstPerByte <= left) return undefined;
      const cost = parseCost(body);
      if (cost <= left) return undefined;
      return cost > usableBytes ? { code: 'payload_too_large', message } : { code: 'overloaded' };
    },
  };
}
