/** Turns a response into a signal that fires when nobody waits for it any more. */
import type { Response } from 'express';

/** Fires when the connection closes before the answer is complete. */
export function clientGone(res: Response): AbortSignal {
  const gone = new AbortController();
  res.on('close', () => {
    if (!res.writableFinished) gone.abort();
  });
  return gone.signal;
}
