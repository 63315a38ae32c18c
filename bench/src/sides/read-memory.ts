/** Turns a process id into the memory that the process has in use, as Linux counts it. */
import { readFileSync } from 'node:fs';
import { ClearError } from '@millrace/dev/clear-error';

export interface Memory {
  rssMb: number;
  peakMb: number;
}

/** MB are 10^6 bytes. @throws ClearError when there is no /proc or no such process. */
export function readMemory(pid: number): Memory {
  const status = readStatus(pid);
  const megabytes = (field: string) => (Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1_024) / 1e6;
  return { rssMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    throw new ClearError(`The memory of process ${pid} cannot be read: that needs Linux and a process that runs.`);
  }
}
