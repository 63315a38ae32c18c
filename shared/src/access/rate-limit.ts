/** Rate limits per client address and per key. */
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import { type RateLimiterAbstract, RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { ServiceError } from '../platform/errors.js';
import { normalizeAddress } from './normalize-address.js';

/** Whether the `X-Forwarded-For` header of an address is trusted. */
export type TrustedProxies = (address: string) => boolean;

/** Parses a comma-separated list of addresses and networks. @throws Error if one is invalid. */
export function parseProxies(list = ''): TrustedProxies {
  const trusted = new BlockList();
  for (const entry of list
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const bits = prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix);
    if (isIP(address) === 0 || !Number.isInteger(bits)) throw new Error(`${entry} is not an address or network`);
    trusted.addSubnet(address, bits, family);
  }
  if (trusted.rules.length === 0) return () => false;
  const isTrusted = (address: string) => trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  // A check of the list takes microseconds, and one proxy sends thousands of requests in a row.
  let last = { address: '', isTrusted: isTrusted('') };
  return (address) => {
    if (address !== last.address) last = { address, isTrusted: isTrusted(address) };
    return last.isTrusted;
  };
}

/** The /64 of a normalized IPv6 address, which is what a provider usually assigns to one customer; IPv4 unchanged. */
export function networkOf(address: string): string {
  if (!address.includes(':') || !isIPv6(address)) return address;
  const [head = '', tail = ''] = address.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const groups = [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** The client's address: that of the socket, or behind trusted proxies the last forwarded one that is not a trusted proxy. */
export function addressOf(
  socketAddress: string | undefined,
  forwarded: string | string[] | undefined,
  isTrusted: TrustedProxies,
): string {
  let address = normalizeAddress(socketAddress ?? '') ?? '';
  const hops = String(forwarded ?? '').split(',');
  while (hops.length > 0 && isTrusted(address)) {
    const hop = normalizeAddress(hops.pop()!.trim());
    // Entries before an invalid one may be forged.
    if (hop === null) break;
    address = hop;
  }
  return address;
}

/** The client that a request is counted for: its IPv4 address or IPv6 network. */
export const clientOf = (...sent: Parameters<typeof addressOf>): string => networkOf(addressOf(...sent));

export interface RateLimit {
  /**
   * Counts `points` for `client`. Resolves with undefined, or with the seconds to wait if the limit is exceeded. A refused request
   * is not counted, so that a large one does not block smaller ones of the same client.
   */
  consume(client: string, points: number): Promise<number | undefined>;
  /** Returns points that were counted for something that did not happen. */
  refund(client: string, points: number): Promise<void>;
  /** If `client` has used up its points, the seconds to wait, else undefined. Counts nothing. */
  waitOf(client: string): Promise<number | undefined>;
}

const secondsOf = ({ msBeforeNext }: RateLimiterRes) => Math.max(1, Math.ceil(msBeforeNext / 1_000));

/** Allows each client `max` points per `seconds`, which may come in one burst. Counted in this process. */
export function createRateLimit(max: number, seconds: number): RateLimit {
  const limiter: RateLimiterAbstract = new RateLimiterMemory({ points: max, duration: seconds });
  async function refund(client: string, points: number): Promise<void> {
    const counted = await limiter.get(client);
    // The period may be over, with nothing left to return.
    if (counted) await limiter.reward(client, Math.min(points, counted.consumedPoints));
  }
  return {
    async consume(client, points) {
      try {
        await limiter.consume(client, points);
        return undefined;
      } catch (refused) {
        await refund(client, points);
        return secondsOf(refused as RateLimiterRes);
      }
    },
    refund,
    async waitOf(client) {
      const counted = await limiter.get(client);
      return counted && counted.consumedPoints >= max ? secondsOf(counted) : undefined;
    },
  };
}

export function rateLimited(what: string, waitSeconds: number): ServiceError {
  const error = new ServiceError('rate_limited', `Too many ${what}. Retry in ${waitSeconds} s.`);
  error.retryAfterSeconds = waitSeconds;
  return error;
}

/** Refuses more than `perMinute` requests of one client with `rate_limited`; 0 disables the limit. */
function limitBy(perMinute: number, client: (req: Request, res: Response) => string): RequestHandler {
  if (perMinute === 0) return (_req, _res, next) => next();
  const limit = createRateLimit(perMinute, 60);
  return async (req, res, next) => {
    const wait = await limit.consume(client(req, res), 1);
    if (wait !== undefined) throw rateLimited('requests', wait);
    next();
  };
}

/** Limits requests per client address; mount it before authentication. */
export const limitAddresses = (perMinute: number, isTrusted: TrustedProxies): RequestHandler =>
  limitBy(perMinute, (req) => clientOf(req.socket.remoteAddress, req.headers['x-forwarded-for'], isTrusted));

/** Limits requests per key; mount it after authentication. */
export const limitKeys = (perMinute: number): RequestHandler =>
  limitBy(perMinute, (_req, res) => (res.locals.access as { keyId: string }).keyId);
