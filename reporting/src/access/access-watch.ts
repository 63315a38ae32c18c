/** Ends long-running responses, such as live streams, once the key, session or link that opened them is no longer valid. */
import type { Response } from 'express';

export interface AccessWatch {
  /**
   * Ends the response once `isStillValid` resolves to false; an error, such as an unreachable database, ends nothing. Responses with
   * the same `name`, such as those of one key, share a check.
   */
  watch(res: Response, name: string, isStillValid: () => Promise<boolean>): void;
}

/** Responses that share a name, each with its check. */
type Group = Map<Response, () => Promise<boolean>>;

const usualMs = 20_000;

/** `everyMs`: time between two checks. */
export function createAccessWatch(everyMs = usualMs): AccessWatch {
  const groups = new Map<string, Group>();
  let timer: NodeJS.Timeout | undefined;

  /** Uses the request of a response that is still open: a closed one no longer has its client's address. */
  async function check(group: Group): Promise<void> {
    const [isStillValid] = group.values();
    if (isStillValid === undefined || (await isStillValid().catch(() => true))) return;
    for (const res of group.keys()) res.destroy();
  }

  function start(): void {
    timer ??= setInterval(() => {
      for (const group of groups.values()) void check(group);
    }, everyMs).unref();
  }

  function leave(name: string, res: Response): void {
    const group = groups.get(name);
    group?.delete(res);
    if (group?.size === 0) groups.delete(name);
    if (groups.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    watch(res, name, isStillValid) {
      // The client may have left while its key was looked up; then `close` has fired already.
      if (res.closed) return;
      const group: Group = groups.get(name) ?? new Map();
      groups.set(name, group.set(res, isStillValid));
      start();
      res.on('close', () => leave(name, res));
    },
  };
}
