/** What a job of events is accounted by: the ingestion process that made it, which of its jobs it is, and the hour of receipt. */
import { createHash, randomInt } from 'node:crypto';

const hourMs = 3_600_000;

/** The hour of UTC that an instant lies in, as text. */
export const hourOf = (ms: number): string => new Date(Math.floor(ms / hourMs) * hourMs).toISOString();

/** Its events count once, however often it runs. */
export interface JobAccount {
  /** 0 for jobs whose id does not tell. */
  process: number;
  seq: number;
  hour: string;
  events: number;
}

/** What the database holds as a number of events; a job that names more is broken. */
const mostEvents = 2 ** 31 - 1;

/** 36 bits each, so that both are exact in a double and a whole number of hexadecimal digits. */
const digits = 9;
const limit = 2 ** 36;

/** A number for a new process, at random: one in some 70 billion. */
export const newProcess = (): number => randomInt(1, limit);

/** The id of a job: a UUID of version 8 (RFC 9562), sorted by time as one of version 7, whose other bits are `seq` and `process`. */
export function accountedId(process: number, seq: number, nowMs: number): string {
  const time = nowMs.toString(16).padStart(12, '0');
  const which = (seq % limit).toString(16).padStart(digits, '0');
  const who = process.toString(16).padStart(digits, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-8${which.slice(0, 3)}-8${which.slice(3, 6)}-${which.slice(6)}${who}`;
}

const pattern = /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{3})([0-9a-f]{9})$/;
/** Before it there was no Millrace; what is later was no time. */
const [earliest, latest] = [Date.UTC(2020), Date.UTC(2100)];

/**
 * Of a job with any id, such as one of the release before or of a replayed dead letter; those are of the hour in which they were added.
 * The same each time the job is handed out.
 */
export function readJobAccount(id: string, count: number, addedMs: number): JobAccount {
  const events = Math.min(count, mostEvents);
  const [, high, low, ...rest] = pattern.exec(id) ?? [];
  const madeMs = Number.parseInt(`${high}${low}`, 16);
  if (rest.length === 0 || !(madeMs >= earliest && madeMs < latest)) {
    const seq = createHash('sha256').update(id).digest().readUIntBE(0, 6);
    return { process: 0, seq, hour: hourOf(addedMs), events };
  }
  const [first, second, third, who] = rest as [string, string, string, string];
  const seq = Number.parseInt(`${first}${second}${third}`, 16);
  return { process: Number.parseInt(who, 16), seq, hour: hourOf(madeMs), events };
}
