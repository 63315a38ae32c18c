/** Processor time that processes have used, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';
import { ClearError } from '@millrace/dev/clear-error';

/** USER_HZ of every Linux that Node runs on. */
const tickMs = 10;

/** Fields of /proc/PID/stat behind the name, which may hold spaces; the first is the state. */
function readFields(pid: number | string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // it has ended
  }
}

const sum = (fields: string[], from: number, to: number) =>
  fields.slice(from, to).reduce((total, field) => total + Number(field) * tickMs, 0);

/** Of all threads of the process, ended ones included. @throws ClearError when there is no /proc or no such process. */
export function readCpuMs(pid: number): number {
  const fields = readFields(pid);
  if (!fields)
    throw new ClearError(`The processor time of ${pid} cannot be read: that needs Linux and a running process.`);
  return sum(fields, 11, 13);
}

/** Of a process, its children, and those of them that have ended: all of a Postgres. */
export function readTreeCpuMs(pid: number): number {
  let total = sum(readFields(pid) ?? [], 11, 15);
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = readFields(name);
    if (Number(fields?.[1]) === pid) total += sum(fields!, 11, 15);
  }
  return total;
}
