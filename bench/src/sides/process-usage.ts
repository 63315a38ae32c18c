import { readdirSync, readFileSync } from 'node:fs';
import { CommandError } from '@millrace/shared/commands/command-error';

/** USER_HZ of every Linux that Node runs on. */
const tickMs = 10;

/** Fields of /proc/PID/stat after the process name, which may contain spaces; the first is the state. */
function readFields(pid: number | string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // the process has ended
  }
}

const sum = (fields: string[], from: number, to: number) =>
  fields.slice(from, to).reduce((total, field) => total + Number(field) * tickMs, 0);

/** Processor time of all threads, including ended ones. @throws CommandError when there is no /proc or no such process. */
export function readCpuMs(pid: number): number {
  const fields = readFields(pid);
  if (!fields)
    throw new CommandError(
      `The processor time of process ${pid} cannot be read: this needs Linux and a running process.`,
    );
  return sum(fields, 11, 13);
}

/** Processor time of a process and its children, including ended ones: all of a Postgres. */
export function readTreeCpuMs(pid: number): number {
  let total = sum(readFields(pid) ?? [], 11, 15);
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = readFields(name);
    if (Number(fields?.[1]) === pid) total += sum(fields!, 11, 15);
  }
  return total;
}

export interface Memory {
  rssMb: number;
  peakMb: number;
}

/** MB are 10^6 bytes. @throws CommandError when there is no /proc or no such process. */
export function readMemory(pid: number): Memory {
  const status = readStatus(pid);
  const megabytes = (field: string) => (Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1_024) / 1e6;
  return { rssMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    throw new CommandError(`The memory of process ${pid} cannot be read: this needs Linux and a running process.`);
  }
}

export interface IdleWatch {
  /** Stops watching. Returns the share of the last `seconds`, 0 to 1, in which the process neither ran nor waited for a core. */
  stop(seconds: number): number;
}

interface Sample {
  atMs: number;
  busyMs: number;
}

const sampleEveryMs = 100;

/**
 * Milliseconds for which the main thread, on which all JavaScript runs, ran or waited for a core; from proc(5). A process that has
 * to wait for a core is not idle.
 */
function readBusyMs(pid: number): number {
  try {
    const [ran, waited] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
    return (Number(ran) + Number(waited)) / 1e6;
  } catch {
    throw new CommandError(
      `The load of process ${pid} cannot be read: this needs Linux with schedstat and a running process.`,
    );
  }
}

/** Computed from the first sample within the last `seconds` and the last sample. */
export function idleShare(samples: Sample[], seconds: number): number {
  const last = samples.at(-1)!;
  const first = samples.find(({ atMs }) => atMs >= last.atMs - seconds * 1_000) ?? last;
  const elapsedMs = last.atMs - first.atMs;
  return elapsedMs > 0 ? Math.max(0, 1 - (last.busyMs - first.busyMs) / elapsedMs) : 0;
}

/** A process that ends while it is watched counts as idle from then on. */
export function watchIdle(pid: number): IdleWatch {
  const samples = [{ atMs: performance.now(), busyMs: readBusyMs(pid) }];
  const sample = () => {
    try {
      samples.push({ atMs: performance.now(), busyMs: readBusyMs(pid) });
    } catch {
      clearInterval(timer);
    }
  };
  const timer = setInterval(sample, sampleEveryMs);
  return {
    stop(seconds) {
      clearInterval(timer);
      sample();
      return idleShare(samples, seconds);
    },
  };
}
