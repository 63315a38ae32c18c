/** Loads modules of tests, which are never built, into this process. */
import { createViteServer } from 'vitest/node';
import type { ClosingList } from './closing-list.js';
import { workspaceRoot } from './workspace-root.js';

/** `path` is that of a TypeScript file below the workspace's folder; what it exports is that of `T`. */
export async function loadTestCode<T>(path: string, closing: ClosingList): Promise<T> {
  const server = await createViteServer({
    ...{ root: workspaceRoot, configFile: false, appType: 'custom', logLevel: 'error' },
    // The server is there for its compiler alone, so it needs neither a port nor a socket.
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  closing.add(() => server.close());
  return (await server.ssrLoadModule(`/${path}`)) as T;
}
