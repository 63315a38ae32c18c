/** Turns a stream of requests into those within a limit per key and address, and refusals of the rest. */
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import { type RateLimiterAbstract, RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { ServiceError } from '../platform/errors.js';
import { normalizeAddress } from './normalize-address.js';

/** Addresses that may say by `X-Forwarded-For` for whom they ask. */
export type TrustedProxies = (address: string) => boolean;

/** `list` is addresses and networks, separated by commas. @throws Error for anything else. */
export function parseProxies(list = ''): TrustedProxies {
  const trusted = new BlockList();
  for (const entry of list
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const bits = prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix);
    if (isIP(address) === 0 || !Number.isInteger(bits)) throw new Error(`${entry} is no address or network`);
    trusted.addSubnet(address, bits, family);
  }
  if (trusted.rules.length === 0) return () => false;
  const isTrusted = (address: string) => trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  // A list takes microseconds for an answer, and one proxy sends thousands of requests in a row.
  let last = { address: '', isTrusted: isTrusted('') };
  return (address) => {
    if (address !== last.address) last = { address, isTrusted: isTrusted(address) };
    return last.isTrusted;
  };
}

/** The first four groups of an IPv6 address, as {@link normalizeAddress} writes it: what one customer of a provider has (a /64). */
export function networkOf(address: string): string {
  if (!address.includes(':') || !isIPv6(address)) return address;
  const [head = '', tail = ''] = address.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const groups = [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** Who sent a request: who is connected, or for a trusted proxy the last address that it was not. */
export function addressOf(
  socketAddress: string | undefined,
  forwarded: string | string[] | undefined,
  isTrusted: TrustedProxies,
): string {
  let address = normalizeAddress(socketAddress ?? '') ?? '';
  const hops = String(forwarded ?? '').split(',');
  while (hops.length > 0 && isTrusted(address)) {
    const hop = normalizeAddress(hops.pop()!.trim());
    // Whatever stands before what cannot be read may be forged.
    if (hop === null) break;
    address = hop;
  }
  return address;
}

/** Whom a request is counted for: its address, or the network of that. */
export const clientOf = (...sent: Parameters<typeof addressOf>): string => networkOf(addressOf(...sent));

export interface RateLimit {
  /**
   * Counts `points` for `client`; resolves with the seconds to wait when that is too much, else with undefined. What is refused
   * is not counted: a large request that has to wait must not silence the small ones beside it.
   */
  take(client: string, points: number): Promise<number | undefined>;
  /** Takes back points that were counted for something that did not happen. */
  giveBack(client: string, points: number): Promise<void>;
  /** The seconds until `client` may go on where it has used up all its points, else undefined. Counts nothing. */
  waitOf(client: string): Promise<number | undefined>;
}

const secondsOf = ({ msBeforeNext }: RateLimiterRes) => Math.max(1, Math.ceil(msBeforeNext / 1_000));

/** `max` points in `seconds`, per client, in this process; a burst of one period is let through. */
export function createRateLimit(max: number, seconds: number): RateLimit {
  const limiter: RateLimiterAbstract = new RateLimiterMemory({ points: max, duration: seconds });
  async function giveBack(client: string, points: number): Promise<void> {
    const counted = await limiter.get(client);
    // Of a period that is over nothing is left to be given back.
    if (counted) await limiter.reward(client, Math.min(points, counted.consumedPoints));
  }
  return {
    async take(client, points) {
      try {
        await limiter.consume(client, points);
        return undefined;
      } catch (refused) {
        await giveBack(client, points);
        return secondsOf(refused as RateLimiterRes);
      }
    },
    giveBack,
    async waitOf(client) {
      const counted = await limiter.get(client);
      return counted && counted.consumedPoints >= max ? secondsOf(counted) : undefined;
    },
  };
}

/** The refusal of whoever has to wait. */
export function tooMuch(what: string, waitSeconds: number): ServiceError {
  const error = new ServiceError('rate_limited', `Too many ${what}. Retry in ${waitSeconds} s.`);
  error.retryAfterSeconds = waitSeconds;
  return error;
}

/** Refuses with `rate_limited` beyond `perMinute` requests of one client; 0 lifts the limit. */
function limitBy(perMinute: number, client: (req: Request, res: Response) => string): RequestHandler {
  if (perMinute === 0) return (_req, _res, next) => next();
  const limit = createRateLimit(perMinute, 60);
  return async (req, res, next) => {
    const wait = await limit.take(client(req, res), 1);
    if (wait !== undefined) throw tooMuch('requests', wait);
    next();
  };
}

/** Limits the requests of one address, to be mounted before keys are looked at. */
export const limitAddresses = (perMinute: number, isTrusted: TrustedProxies): RequestHandler =>
  limitBy(perMinute, (req) => clientOf(req.socket.remoteAddress, req.headers['x-forwarded-for'], isTrusted));

/** Limits the requests of one key, to be mounted after keys were looked at. */
export const limitKeys = (perMinute: number): RequestHandler =>
  limitBy(perMinute, (_req, res) => (res.locals.access as { keyId: string }).keyId);
