/** Turns the attempts of each address to log in into how long it has to wait. */
import { isIPv4 } from 'node:net';

export interface LoginLimit {
  /** Counts an attempt as failed, until {@link forgive}; returns the seconds to wait instead, 0 when it may be made. */
  attempt(address: string): number;
  /** The attempt of this address succeeded. */
  forgive(address: string): void;
}

/** Addresses that are remembered; then the oldest are forgotten. */
const maxAddresses = 10_000;

/** Whoever has one IPv6 address has its whole /64; an IPv4 address may come dressed as IPv6. */
function groupOf(address: string): string {
  const v4 = address.slice(address.lastIndexOf(':') + 1);
  if (isIPv4(v4)) return v4;
  const [head = ''] = address.split('::');
  const groups = head.split(':').slice(0, 4);
  return [...groups, ...Array(4 - groups.length).fill('0')].join(':');
}

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
