import type { ClosingList } from '../processes/closing-list.js';
import { workspaceRoot } from '../workspace-root.js';

interface ViteServer {
  close(): Promise<void>;
  ssrLoadModule(path: string): Promise<unknown>;
}

/** A variable, because `npm start` compiles this file without vitest installed. */
const vitest: string = 'vitest/node';

/** Imports a test module, which is never compiled to dist/. `path` starts at the workspace's folder; `T` is what it exports. */
export async function loadTestCode<T>(path: string, closing: ClosingList): Promise<T> {
  const { createViteServer } = (await import(vitest)) as { createViteServer(options: object): Promise<ViteServer> };
  const server = await createViteServer({
    ...{ root: workspaceRoot, configFile: false, appType: 'custom', logLevel: 'error' },
    // Only its compiler is used: no port, no socket.
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  closing.add(() => server.close());
  return (await server.ssrLoadModule(`/${path}`)) as T;
}
