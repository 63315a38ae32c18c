/** Finds the methods that an Express app supports at a path, to distinguish a wrong method (405) from a wrong URL (404). */
import type { Express } from 'express';

/** An entry of a router's stack, which Express does not type. */
interface Layer {
  /** Matches as the router itself does; a mounted router gets the rest of the path. */
  match(path: string): false | { path: string };
  /** Absent for handlers of all methods. */
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

/** In the order of the routes; empty if there is no route, or one for all methods, or the path cannot be decoded. */
export function findMethods(app: Express, path: string): string[] {
  let found: (string | undefined)[];
  try {
    found = methodsOf(app.router.stack as unknown as Layer[], path);
  } catch (error) {
    // The routers meet the same error, and some explain it.
    if (error instanceof URIError) return [];
    throw error;
  }
  if (found.includes(undefined)) return [];
  const methods = new Set(found.map((method) => method!.toUpperCase()));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods];
}
