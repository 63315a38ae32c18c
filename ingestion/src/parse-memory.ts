/** Estimates whether there is enough memory to parse a body. Its size is not enough: 9 MB of `[{},{},...]` become 200 MB of objects. */
import { getHeapStatistics } from 'node:v8';
import type { Refusal } from '@millrace/shared/platform/errors';
import { maxExactNumbersPerRequest } from './parse-events.js';

export interface ParseMemory {
  /**
   * Refuses a body that does not fit in memory now, or permanently if it never would. `textBytes` are those of other requests'
   * bodies that are text.
   */
  refuse(body: Buffer, textBytes: number): Refusal | undefined;
}

/**
 * Share of the heap limit that may be used. The rest is for V8's young generation, which counts towards the limit, and for garbage
 * collection: a nearly full heap ends the process.
 */
const usablePart = 0.6;

/** Heap bytes available for requests; call it after startup. */
export function usableHeapBytes(): number {
  const { heap_size_limit, used_heap_size } = getHeapStatistics();
  return Math.max(0, heap_size_limit * usablePart - used_heap_size);
}

/** Heap bytes per byte of a body: its text and, once parsed, the texts of its events. */
const keptPerByte = 2;
/** The text, the texts of its values, those of its events, and those of the jobs. */
const textsPerByte = 4;

/**
 * Heap bytes per character of JSON, measured with Node 20 for the worst kinds of bodies: an empty object takes 64, a unique key 64,
 * an array slot 8 to 16, and the header of a short string 24, half of which is charged to each quote.
 */
const weights = new Uint8Array(256);
for (const [character, bytes] of Object.entries({ '{': 64, '[': 64, ':': 64, ',': 16, '"': 12 })) {
  weights[character.charCodeAt(0)] = bytes;
}
/** Heap bytes of an exact number while it is marked, parsed a second time and replaced. */
const exactNumber = 600;
/** Numbers with at least this many digits, or with an exponent of three digits, may be exact numbers. */
const longRun = 16;
const longExponent = 3;
/** The maximum per byte, reached by `1e400,` and by `[` in a text with two bytes per character. */
const worstPerByte = 112;

const [quote, backslash, newline] = [0x22, 0x5c, 0x0a];
const isDigitOrPoint = (byte: number) => (byte >= 0x30 && byte <= 0x39) || byte === 0x2e;
const isExponentMark = (byte: number) => byte === 0x65 || byte === 0x45;
const isSign = (byte: number) => byte === 0x2b || byte === 0x2d;

/** End of the string that begins at `start`. Strings end at a line break, so that an extra quote cannot hide the rest. */
function endOfText(body: Buffer, start: number): number {
  let at = start + 1;
  for (; at < body.length && body[at] !== quote && body[at] !== newline; at += 1) if (body[at] === backslash) at += 1;
  return at;
}

/** Upper bound of the heap bytes for exact numbers; bodies with more than the limit are refused elsewhere. */
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
/** First byte of characters beyond Latin-1; with a single one of them, V8 stores the whole string with two bytes per character. */
const firstWide = 0xc4;

/** Upper bound of the heap bytes for parsing and validating `body`; takes a few ms per MB. */
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
    'This server does not have enough memory to parse the body. Send smaller batches, or give it a larger heap (--max-old-space-size).';
  return {
    refuse(body, textBytes) {
      const left = usableBytes - keptPerByte * textBytes;
      // Almost always: with a heap of a gigabyte, no body needs to be scanned.
      if (body.length * worstPerByte <= left) return undefined;
      const cost = parseCost(body);
      if (cost <= left) return undefined;
      return cost > usableBytes ? { code: 'payload_too_large', message } : { code: 'overloaded' };
    },
  };
}
