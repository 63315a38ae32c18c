/** Every wire, and which of them an address belongs to. */
import { millraceWire } from './millrace.js';
import { segmentWire } from './segment.js';
import { umamiWire } from './umami.js';
import type { Wire, WireRoute } from './wire.js';

const wires: Wire[] = [millraceWire, segmentWire, umamiWire];

const byPath = new Map(wires.flatMap(({ routes }) => Object.entries(routes)));
const patterns = wires.flatMap((wire) => wire.patterns ?? []);

/** What stands before the path where a request line has the whole address, as those of proxies do. */
const origin = /^https?:\/\/[^/?#]*/i;

export const pathOf = (url: string): string => url.replace(origin, '').split('?', 1)[0]!;

/** The route of a request; undefined for addresses of no wire. */
export function findRoute(url = ''): WireRoute | undefined {
  const exact = byPath.get(url);
  if (exact) return exact;
  const path = pathOf(url);
  return byPath.get(path) ?? patterns.find(([pattern]) => pattern.test(path))?.[1];
}
