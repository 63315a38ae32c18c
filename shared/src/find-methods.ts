/** The methods that an Express app has routes for at an address, so that a wrong method is told from a wrong address. */
import type { Express, IRouter } from 'express';

type Layer = IRouter['stack'][number];

/** Whether a route's path, of plain parts and `:parameters`, is the one of a request. */
function isPathOf(path: string, route: string): boolean {
  const given = path.split('/');
  const wanted = route.split('/');
  return (
    given.length === wanted.length &&
    wanted.every((part, index) => (part.startsWith(':') ? given[index] !== '' : part === given[index]))
  );
}

/** Routers within the app are mounted without a path of their own. */
function methodsOf(stack: Layer[], path: string): string[] {
  return stack.flatMap(({ route, handle }) => {
    if (route) return isPathOf(path, route.path) ? route.stack.map(({ method }) => method) : [];
    const inner = (handle as Partial<IRouter> | undefined)?.stack;
    return inner ? methodsOf(inner, path) : [];
  });
}

/** As in the header `Allow`; empty where there is no route. */
export function findMethods(app: Express, path: string): string {
  const methods = new Set(methodsOf(app.router.stack, path).map((method) => method?.toUpperCase()));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].filter((method) => method !== undefined).join(', ');
}
