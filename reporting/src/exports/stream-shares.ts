/** Who has how many of the places for files that are sent while they are read: nobody more than half, waiting included. */
import { ServiceError } from '@millrace/shared/platform/errors';

/** A key, or where none is needed the address that asks. */
export interface Asker {
  kind: 'key' | 'address';
  id: string;
}

export interface Shares {
  /** Counts a file for its asker until what it returns is called. @throws ServiceError `too_many_queries` when it has its share already. */
  take(asker: Asker): () => void;
}

/** A file takes seconds or minutes. */
const retrySeconds = 10;

function refusal({ kind }: Asker, most: number, places: number): ServiceError {
  const error = new ServiceError(
    'too_many_queries',
    `This ${kind} may take ${most} of the ${places} places for files that are sent while they are read, and has taken them. Retry in ${retrySeconds} s, or ask for an export by POST /api/v1/exports.`,
  );
  error.retryAfterSeconds = retrySeconds;
  return error;
}

/** `places`: files that are sent at a time. */
export function createShares(places: number): Shares {
  const most = Math.max(1, Math.floor(places / 2));
  const taken = new Map<string, number>();
  const change = (name: string, by: number) => {
    const count = (taken.get(name) ?? 0) + by;
    if (count > 0) taken.set(name, count);
    else taken.delete(name);
  };
  return {
    take(asker) {
      const name = `${asker.kind} ${asker.id}`;
      if ((taken.get(name) ?? 0) >= most) throw refusal(asker, most, places);
      change(name, 1);
      let isTaken = true;
      return () => {
        if (isTaken) change(name, -1);
        isTaken = false;
      };
    },
  };
}
