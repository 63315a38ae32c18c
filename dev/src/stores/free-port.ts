import { createServer } from 'node:net';

/** Below the ephemeral ports of Linux (from 32768) and other systems (from 49152), which connections take at any time. */
const lowest = 20_000;
const highest = 32_767;

/**
 * Finds a free port of 127.0.0.1 outside the range that outgoing connections use.
 * @throws Error after a hundred ports in use.
 */
export async function findFreePort(): Promise<number> {
  let problem: string | undefined;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    problem = await portProblem('127.0.0.1', port);
    if (problem === undefined) return port;
  }
  throw new Error(`no port of 127.0.0.1 is free: ${problem}`);
}

/** Returns undefined if `port` can be listened on at `host`, otherwise the system's error code, such as EADDRINUSE. */
export function portProblem(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
