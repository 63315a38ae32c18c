/** Accounting of event jobs: which ingestion process created a job, its sequence number, and the hour of receipt. */
import { createHash, randomInt } from 'node:crypto';

const hourMs = 3_600_000;

/** The UTC hour of an instant, as text. */
export const hourOf = (ms: number): string => new Date(Math.floor(ms / hourMs) * hourMs).toISOString();

/** Identifies a job, so that its events are counted once however often it runs. */
export interface JobAccount {
  /** 0 if the job's id does not contain it. */
  process: number;
  seq: number;
  hour: string;
  events: number;
}

/** Limit of the database column; a job that claims more is corrupt. */
const maxEvents = 2 ** 31 - 1;

/** 36 bits each: exact in a double, and a whole number of hexadecimal digits. */
const digits = 9;
const limit = 2 ** 36;

/** A random number for this process, out of some 70 billion. */
export const newProcessId = (): number => randomInt(1, limit);

/** A job id: a UUIDv8 (RFC 9562) that starts with the time like a UUIDv7, followed by `seq` and `process`. */
export function accountedId(process: number, seq: number, nowMs: number): string {
  const time = nowMs.toString(16).padStart(12, '0');
  const which = (seq % limit).toString(16).padStart(digits, '0');
  const who = process.toString(16).padStart(digits, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-8${which.slice(0, 3)}-8${which.slice(3, 6)}-${which.slice(6)}${who}`;
}

const pattern = /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{3})([0-9a-f]{9})$/;
/** Ids outside this range were not made by {@link accountedId}. */
const [earliest, latest] = [Date.UTC(2020), Date.UTC(2100)];

/**
 * Works for any id: jobs of a previous release and replayed dead letters are accounted to the hour in which they were added.
 * Returns the same each time the job is delivered.
 */
export function readJobAccount(id: string, count: number, addedMs: number): JobAccount {
  const events = Math.min(count, maxEvents);
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
