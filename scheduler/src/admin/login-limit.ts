/** Turns the attempts of each address to log in into how long it has to wait. */
import { clientOf } from '@millrace/shared/access/rate-limit';

export interface LoginLimit {
  /** Counts an attempt as failed, until {@link forgive}; returns the seconds to wait instead, 0 when it may be made. */
  attempt(address: string): number;
  /** The attempt of this address succeeded. */
  forgive(address: string): void;
}

/** Addresses that are remembered; then the oldest are forgotten. */
const maxAddresses = 10_000;

/** Proxies are not asked: behind one, all share a limit. */
const groupOf = (address: string) => clientOf(address, undefined, () => false);

/** `max` failures within `windowMs`. Counted in this process: keys are too long to be guessed, this keeps guessing cheap for us. */
export function createLoginLimit(now: () => number, max = 10, windowMs = 60_000): LoginLimit {
  const failures = new Map<string, number[]>();
  return {
    attempt(address) {
      const group = groupOf(address);
      const recent = (failures.get(group) ?? []).filter((at) => at > now() - windowMs);
      if (recent.length >= max) return Math.ceil((recent[0]! + windowMs - now()) / 1_000);
      failures.delete(group);
      failures.set(group, [...recent, now()]);
      if (failures.size > maxAddresses) failures.delete(failures.keys().next().value as string);
      return 0;
    },
    forgive: (address) => void failures.get(groupOf(address))?.pop(),
  };
}
