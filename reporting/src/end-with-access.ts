/** Ends answers that go on for long, such as live ones, once whoever gets them may no longer have them. */
import type { Request, RequestHandler, Response } from 'express';

/** What a request is allowed by is looked at again so often: a key, session or link that ended is good for no longer. */
const lookEveryMs = 20_000;

/** `isStillGood` says no; what it throws, such as an unreachable database, says nothing. Ends nothing that is answered before. */
export function watchAccess(res: Response, isStillGood: () => Promise<boolean>, everyMs = lookEveryMs): void {
  const timer = setInterval(async () => {
    if (!(await isStillGood().catch(() => true))) res.destroy();
  }, everyMs);
  timer.unref();
  res.on('close', () => clearInterval(timer));
}

/** The same for all routes behind it, by who asks. */
export function endWithAccess(find: (req: Request) => Promise<unknown>, everyMs?: number): RequestHandler {
  return (req, res, next) => {
    watchAccess(res, async () => (await find(req)) !== undefined, everyMs);
    next();
  };
}
