/** Turns attempts to log in, or at a password, into how long whoever makes them has to wait. */
import { clientOf } from './rate-limit.js';

export interface AttemptLimit {
  /** Counts an attempt as failed, until {@link forgive}; returns the seconds to wait instead, 0 when it may be made. */
  attempt(whose: string): number;
  /** The attempt succeeded. */
  forgive(whose: string): void;
}

/** What is remembered; then the oldest are forgotten. */
const mostRemembered = 10_000;

/** `max` failures within `windowMs`, of whatever is named. Counted in this process: this keeps guessing cheap for us. */
export function createAttemptLimit(now: () => number, max: number, windowMs = 60_000): AttemptLimit {
  const failures = new Map<string, number[]>();
  return {
    attempt(whose) {
      const recent = (failures.get(whose) ?? []).filter((at) => at > now() - windowMs);
      if (recent.length >= max) return Math.ceil((recent[0]! + windowMs - now()) / 1_000);
      failures.delete(whose);
      failures.set(whose, [...recent, now()]);
      if (failures.size > mostRemembered) failures.delete(failures.keys().next().value as string);
      return 0;
    },
    forgive: (whose) => void failures.get(whose)?.pop(),
  };
}

/** Whoever hands over an address has asked proxies already, if any are trusted. */
const groupOf = (address: string) => clientOf(address, undefined, () => false);

/** The same by address, those of one network together. Keys are too long to be guessed. */
export function createLoginLimit(now: () => number, max = 10, windowMs = 60_000): AttemptLimit {
  const limit = createAttemptLimit(now, max, windowMs);
  return {
    attempt: (address) => limit.attempt(groupOf(address)),
    forgive: (address) => limit.forgive(groupOf(address)),
  };
}
