/** Limits each caller to half of the slots for streamed files, including those that wait for one. */
import { ServiceError } from '@millrace/shared/platform/errors';

/** A key, or the IP address if no key is needed. */
export interface Caller {
  kind: 'key' | 'address';
  id: string;
}

export interface Shares {
  /** Takes a slot and returns a function that releases it. @throws ServiceError `too_many_queries` if the caller has used up its share. */
  acquire(caller: Caller): () => void;
}

/** Streaming a file takes seconds or minutes. */
const retrySeconds = 10;

function refusal({ kind }: Caller, limit: number, slots: number): ServiceError {
  const error = new ServiceError(
    'too_many_queries',
    `This ${kind} already uses ${limit} of the ${slots} slots for streamed files, which is its limit. Retry in ${retrySeconds} s, or create an export with POST /api/v1/exports.`,
  );
  error.retryAfterSeconds = retrySeconds;
  return error;
}

export function createShares(slots: number): Shares {
  const limit = Math.max(1, Math.floor(slots / 2));
  const held = new Map<string, number>();
  const change = (name: string, by: number) => {
    const count = (held.get(name) ?? 0) + by;
    if (count > 0) held.set(name, count);
    else held.delete(name);
  };
  return {
    acquire(caller) {
      const name = `${caller.kind} ${caller.id}`;
      if ((held.get(name) ?? 0) >= limit) throw refusal(caller, limit, slots);
      change(name, 1);
      let isHeld = true;
      return () => {
        if (isHeld) change(name, -1);
        isHeld = false;
      };
    },
  };
}
