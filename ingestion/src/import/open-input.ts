/** Turns the FILE argument into a stream of bytes and their total, or into one sentence why it cannot be read. */
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';

export type Input =
  | { kind: 'open'; stream: Readable; totalBytes: number | null }
  | { kind: 'problem'; message: string };

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
};

/** `-` is standard input. The total is null where it cannot be known: pipes and devices. */
export async function openInput(file: string, stdin: Readable): Promise<Input> {
  if (file === '-') return { kind: 'open', stream: stdin, totalBytes: null };
  try {
    const handle = await open(file, 'r');
    const stat = await handle.stat();
    if (stat.isDirectory()) {
      await handle.close();
      return problem(file, 'EISDIR');
    }
    return { kind: 'open', stream: handle.createReadStream(), totalBytes: stat.isFile() ? stat.size : null };
  } catch (error) {
    return problem(file, (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

function problem(file: string, code: string): Input {
  return { kind: 'problem', message: `Cannot read ${file}: ${REASONS[code] ?? code}.` };
}
