/** The options of a client and their defaults. */

import type { Problem } from './problems.js';
import type { Spool } from './safe-spool.js';

export interface MillraceOptions {
  /** Of ingestion, such as `https://stats.example.org`. */
  url: string | URL;
  /** The `site_id` of events without one. */
  site: string;
  /** An access key with the scope `write`. */
  key?: string | undefined;
  /** Sends as soon as this many events are queued; 100. */
  flushAt?: number | undefined;
  /** Sends this long after the first event; 1,000. */
  flushIntervalMs?: number | undefined;
  /** Limits of the queue; beyond them events are dropped. 10,000 events and 20 MB of JSON. */
  maxQueueEvents?: number | undefined;
  maxQueueBytes?: number | undefined;
  /** How long delivery of an event is tried; 24 hours. */
  maxAgeMs?: number | undefined;
  /** Bodies from this size on are compressed; 1,024. Infinity: none. */
  gzipFromBytes?: number | undefined;
  /** How long a response may take; 10,000. */
  timeoutMs?: number | undefined;
  /** Called for lost events and for requests that will be retried. */
  onError?: ((problem: Problem) => unknown) | undefined;
  fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined;
  /** Uniform in [0, 1), for the delays between retries; not used for ids. */
  random?: (() => number) | undefined;
  /** Keeps events for the next process. */
  spool?: Spool | undefined;
}

const numbers = {
  flushAt: 100,
  flushIntervalMs: 1_000,
  maxQueueEvents: 10_000,
  maxQueueBytes: 20_000_000,
  maxAgeMs: 86_400_000,
  gzipFromBytes: 1_024,
  timeoutMs: 10_000,
};
type Numbers = typeof numbers;

export interface Settings extends Numbers {
  /** Ends with a slash. */
  url: string;
  site: string;
  key: string | undefined;
}

function readUrl(given: string | URL): string {
  const [, origin, path] = /^(https?:\/\/[^/?#]+)([^?#]*)$/i.exec(String(given)) ?? [];
  if (origin === undefined) {
    throw new TypeError(`url must be a URL such as https://stats.example.org, not "${given}"`);
  }
  return new URL(origin).origin + (path ?? '').replace(/\/*$/, '/');
}

function readNumber(name: keyof Numbers, given: number | undefined): number {
  const value = given ?? numbers[name];
  if (typeof value === 'number' && value >= 0) return value;
  throw new TypeError(`${name} must be a number that is not negative`);
}

/** @throws TypeError that names what is wrong */
export function readOptions(options: MillraceOptions): Settings {
  const { site, key } = options;
  if (typeof site !== 'string' || site === '') throw new TypeError('site must be the site_id of your events');
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) throw new TypeError('key must be an access key of Millrace');
  const names = Object.keys(numbers) as (keyof Numbers)[];
  const read = Object.fromEntries(names.map((name) => [name, readNumber(name, options[name])])) as Numbers;
  return { ...read, url: readUrl(options.url), site, key };
}
