import type { Express } from 'express';

interface Layer {
  route?: { path: string | RegExp; methods: Record<string, boolean> };
  handle?: { stack?: Layer[] };
}

const routesIn = (layers: Layer[]): string[] =>
  layers.flatMap(({ route, handle }) => {
    if (!route) return routesIn(handle?.stack ?? []);
    const path = String(route.path).replaceAll(/:(\w+)/g, '{$1}');
    return Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${path}`);
  });

/** `GET /stats` and so on, sorted, with parameters as OpenAPI writes them. */
export function routesOf(app: Express): string[] {
  return [...new Set(routesIn(app.router.stack as unknown as Layer[]))].sort();
}

/** The same without the files of the page at `/docs`. */
export const routesWithoutDocs = (app: Express) => routesOf(app).filter((route) => !route.startsWith('GET /docs/'));
