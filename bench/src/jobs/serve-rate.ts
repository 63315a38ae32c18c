/** Turns the jobs that a process works on into their rate, which it tells over HTTP once all are done. */
import { createServer } from 'node:http';

/** Jobs at the start that are not timed: code is not compiled yet. */
const warmUpShare = 0.1;

/**
 * Listens on `PORT`: `/ready` answers at once, `/rate` with jobs/s when `jobs` of them were counted. Returns what a worker calls
 * for each job.
 */
export function serveRate(jobs: number): () => void {
  const untimed = Math.ceil(jobs * warmUpShare);
  let counted = 0;
  let startedAt = 0;
  let tell: (rate: number) => void;
  const rate = new Promise<number>((resolve) => {
    tell = resolve;
  });
  createServer(async (request, response) => {
    response.end(request.url === '/rate' ? String(await rate) : 'ready');
  }).listen(Number(process.env.PORT), '127.0.0.1');
  process.on('SIGTERM', () => process.exit(0));
  return () => {
    counted += 1;
    if (counted === untimed) startedAt = performance.now();
    if (counted === jobs) tell(((jobs - untimed) * 1_000) / (performance.now() - startedAt));
  };
}
