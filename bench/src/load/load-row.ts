import { infoRow, median, type Row, ratioRow } from '../row.js';

/** Results of one server, a value per round. */
export interface LoadRounds {
  server: string;
  /** Events/s. */
  rates: number[];
  /** Share of the round, 0 to 1, in which the server was idle. */
  serverIdle: number[];
  /** The same for the process that generated the load. */
  loadIdle: number[];
}

/** A server that is idle for more than this share of a round could have done more. */
const maxIdle = 0.1;

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** Why the rate is not the server's, or `undefined` when it is. */
export function idleNote({ server, serverIdle, loadIdle }: LoadRounds): string | undefined {
  const [idle, generatorIdle] = [median(serverIdle), median(loadIdle)];
  if (idle <= maxIdle) return undefined;
  if (generatorIdle <= maxIdle) return `generator-bound: ${server} idle ${percent(idle)}`;
  return `bound by something else: ${server} idle ${percent(idle)}, generator idle ${percent(generatorIdle)}`;
}

/** The row is "not measured" when a server was idle, whether or not the bar is met. */
function withIdleNotes(row: Row, sides: LoadRounds[]): Row {
  const notes = sides.map(idleNote).filter((note) => note !== undefined);
  return notes.length > 0 ? { ...row, note: notes.join('; '), notMeasured: true } : row;
}

/** Our rate against the reference's; without a bar when there is no `atLeast`. */
export function loadRatioRow(measure: string, ours: LoadRounds, reference: LoadRounds, atLeast?: number): Row {
  return withIdleNotes(ratioRow(measure, ours.rates, reference.rates, atLeast), [ours, reference]);
}

/** Our rate, for information. */
export function loadInfoRow(measure: string, ours: LoadRounds): Row {
  return withIdleNotes(infoRow(measure, median(ours.rates), 'events/s'), [ours]);
}
