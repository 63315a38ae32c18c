/** Rows about rates under as much load as a server takes, which are only about the server when nothing else set the rate. */
import type { LoadTool } from './load/load.js';
import { infoRow, type Row, ratioRow } from './row.js';
import { median } from './statistics.js';

/** Of one server; a figure per round. */
export interface LoadRounds {
  server: string;
  /** Events/s. */
  rates: number[];
  /** Share of the round, 0 to 1, in which the server, and the process that made the load, had nothing to do. */
  serverIdle: number[];
  loadIdle: number[];
}

/** A server that is idle for more than this share of a round could have done more. */
const mostIdle = 0.1;

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** Why the rate is not the server's, or `undefined` when it is. */
export function idleNote({ server, serverIdle, loadIdle }: LoadRounds): string | undefined {
  const [idle, generatorIdle] = [median(serverIdle), median(loadIdle)];
  if (idle <= mostIdle) return undefined;
  if (generatorIdle <= mostIdle) return `generator-bound: ${server} idle ${percent(idle)}`;
  return `bound by something else: ${server} idle ${percent(idle)}, generator idle ${percent(generatorIdle)}`;
}

function withNotes(row: Row, tool: LoadTool, sides: LoadRounds[]): Row {
  const idle = sides.map(idleNote).filter((note) => note !== undefined);
  const notes = [...idle, ...(tool.caution ? [`by ${tool.name}`] : [])];
  return { ...row, ...(notes.length > 0 && { note: notes.join('; ') }), ...(idle.length > 0 && { notMeasured: true }) };
}

/** Our rate against the reference's; without a bar when there is no `atLeast`. */
export function loadRatioRow(
  tool: LoadTool,
  measure: string,
  ours: LoadRounds,
  reference: LoadRounds,
  atLeast?: number,
): Row {
  return withNotes(ratioRow(measure, ours.rates, reference.rates, atLeast), tool, [ours, reference]);
}

/** Our rate, for information. */
export function loadInfoRow(tool: LoadTool, measure: string, ours: LoadRounds): Row {
  return withNotes(infoRow(measure, median(ours.rates), 'events/s'), tool, [ours]);
}
