/** The layout of journeys: a column of nodes per step, and ribbons between them. Lengths are in percent of the drawing. */

export interface Journey {
  /** Null where the visit has fewer steps. */
  steps: (string | null)[];
  visits: number;
}

export interface FlowNode {
  /** Undefined for the node that stands for all remaining values of the step. */
  value: string | undefined;
  visits: number;
  top: number;
  height: number;
}

export interface FlowLink {
  /** Index of the column on its left. */
  column: number;
  from: FlowNode;
  to: FlowNode;
  visits: number;
  /** Top and height of each end. */
  start: { top: number; height: number };
  end: { top: number; height: number };
}

export interface Flow {
  columns: FlowNode[][];
  links: FlowLink[];
}

/** Nodes per column that keep their names readable; the remaining values share one more node. */
const maxNodes = 6;
const gap = 1.5;
/** Large enough to tap. */
const minNodeHeight = 7;
const shared = 100 - (maxNodes + 1) * minNodeHeight - maxNodes * gap;

/** Visits by value, most first, then by name. */
function ranked(journeys: readonly Journey[], step: number): [string, number][] {
  const counts = new Map<string, number>();
  for (const { steps, visits } of journeys) {
    const value = steps[step];
    if (value !== null && value !== undefined) counts.set(value, (counts.get(value) ?? 0) + visits);
  }
  return [...counts].sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1));
}

function columnOf(journeys: readonly Journey[], step: number, total: number): FlowNode[] {
  const all = ranked(journeys, step);
  const rest = all.slice(maxNodes).reduce((sum, [, visits]) => sum + visits, 0);
  const shown: [string | undefined, number][] = all.slice(0, maxNodes);
  if (rest > 0) shown.push([undefined, rest]);
  let top = 0;
  return shown.map(([value, visits]) => {
    const node = { value, visits, top, height: minNodeHeight + (shared * visits) / total };
    top += node.height + gap;
    return node;
  });
}

const nodeOf = (column: FlowNode[], value: string) =>
  column.find((node) => node.value === value) ?? column.find((node) => node.value === undefined)!;

function countLinks(journeys: readonly Journey[], columns: FlowNode[][], column: number) {
  const counts = new Map<FlowNode, Map<FlowNode, number>>();
  for (const { steps, visits } of journeys) {
    const [here, next] = [steps[column], steps[column + 1]];
    if (here === null || here === undefined || next === null || next === undefined) continue;
    const [from, to] = [nodeOf(columns[column]!, here), nodeOf(columns[column + 1]!, next)];
    const ofFrom = counts.get(from) ?? new Map<FlowNode, number>();
    counts.set(from, ofFrom.set(to, (ofFrom.get(to) ?? 0) + visits));
  }
  return counts;
}

function linksOf(journeys: readonly Journey[], columns: FlowNode[][], column: number): FlowLink[] {
  const counts = countLinks(journeys, columns, column);
  const used = new Map<FlowNode, number>();
  /** The next free slice of one side of a node, in proportion to its visits. */
  const piece = (node: FlowNode, visits: number) => {
    const before = used.get(node) ?? 0;
    used.set(node, before + visits);
    return { top: node.top + (node.height * before) / node.visits, height: (node.height * visits) / node.visits };
  };
  // From top to bottom on both sides, which keeps crossings to a minimum.
  return columns[column]!.flatMap((from) =>
    columns[column + 1]!.flatMap((to) => {
      const visits = counts.get(from)?.get(to);
      if (visits === undefined) return [];
      return [{ column, from, to, visits, start: piece(from, visits), end: piece(to, visits) }];
    }),
  );
}

/** `steps` is the number of steps of each journey. */
export function layOutFlow(journeys: readonly Journey[], steps: number): Flow {
  const total = journeys.reduce((sum, { visits }) => sum + visits, 0);
  const columns = Array.from({ length: steps }, (_, step) => columnOf(journeys, step, total));
  const links = columns.slice(1).flatMap((_, column) => linksOf(journeys, columns, column));
  return { columns, links };
}
