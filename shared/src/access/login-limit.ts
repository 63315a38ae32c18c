import { clientOf } from './rate-limit.js';

export interface AttemptLimit {
  /** Counts an attempt as failed until {@link forgive}. Returns 0 if it is allowed, else the seconds to wait, without counting it. */
  attempt(key: string): number;
  /** Takes back the last attempt, because it succeeded. */
  forgive(key: string): void;
}

/** Beyond this number, the oldest are dropped. */
const maxRemembered = 10_000;

/** Allows `max` failures per key within `windowMs`. Counted in this process, so that guessing costs us little. */
export function createAttemptLimit(now: () => number, max: number, windowMs = 60_000): AttemptLimit {
  const failures = new Map<string, number[]>();
  return {
    attempt(key) {
      const recent = (failures.get(key) ?? []).filter((at) => at > now() - windowMs);
      if (recent.length >= max) return Math.ceil((recent[0]! + windowMs - now()) / 1_000);
      failures.delete(key);
      failures.set(key, [...recent, now()]);
      if (failures.size > maxRemembered) failures.delete(failures.keys().next().value as string);
      return 0;
    },
    forgive: (key) => void failures.get(key)?.pop(),
  };
}

/** Callers pass the address after resolving trusted proxies. */
const networkKey = (address: string) => clientOf(address, undefined, () => false);

/** The same by IP address; IPv6 addresses of one network count together. Only slows down floods: keys are too long to be guessed. */
export function createLoginLimit(now: () => number, max = 10, windowMs = 60_000): AttemptLimit {
  const limit = createAttemptLimit(now, max, windowMs);
  return {
    attempt: (address) => limit.attempt(networkKey(address)),
    forgive: (address) => limit.forgive(networkKey(address)),
  };
}
