/** The methods that an Express app has routes for at an address, so that a wrong method is told from a wrong address. */
import type { Express } from 'express';

/** A place of a router's stack, beyond its types. */
interface Layer {
  /** The part of a path that is matched as the router itself does it; a mounted router gets the rest. */
  match(path: string): false | { path: string };
  /** Handlers of all methods have none. */
  route?: { stack: { method?: string }[] };
  handle: { stack?: Layer[] };
}

function methodsOf(stack: Layer[], path: string): (string | undefined)[] {
  return stack.flatMap((layer) => {
    const match = layer.match(path);
    if (!match) return [];
    if (layer.route) return layer.route.stack.map(({ method }) => method);
    return layer.handle.stack ? methodsOf(layer.handle.stack, path.slice(match.path.length) || '/') : [];
  });
}

/** As in the header `Allow`; empty where there is no route. */
export function findMethods(app: Express, path: string): string {
  const found = methodsOf(app.router.stack as unknown as Layer[], path);
  const methods = new Set(found.map((method) => method?.toUpperCase()));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].filter((method) => method !== undefined).join(', ');
}
