import { millraceWire } from './millrace.js';
import { segmentWire } from './segment.js';
import { umamiWire } from './umami.js';
import type { Wire, WireRoute } from './wire.js';

const wires: Wire[] = [millraceWire, segmentWire, umamiWire];

const byPath = new Map(wires.flatMap(({ routes }) => Object.entries(routes)));
const patterns = wires.flatMap((wire) => Object.entries(wire.patterns ?? {}));

/** The methods of each path, as in the `Allow` header. */
export const methodsByPath: ReadonlyMap<string, string> = new Map(
  [...byPath, ...patterns.map(([path, { route }]) => [path, route] as const)].map(([path, { methods }]) => [
    path,
    methods,
  ]),
);

/** The part before the path if the request line has an absolute URL, as from proxies. */
const origin = /^https?:\/\/[^/?#]*/i;

export const pathOf = (url: string): string => url.replace(origin, '').split('?', 1)[0]!;

export function findRoute(url = ''): WireRoute | undefined {
  const exact = byPath.get(url);
  if (exact) return exact;
  const path = pathOf(url);
  return byPath.get(path) ?? patterns.find(([, { pattern }]) => pattern.test(path))?.[1].route;
}
