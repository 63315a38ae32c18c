/** The FILE arguments → the files that they name, opened one at a time, or one sentence why one cannot be read. */
import { access, constants, open, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { glob, isDynamicPattern } from 'tinyglobby';
import { CommandError } from '../send/command-error.js';

export interface FoundInput {
  /** A path, or `-` for standard input. */
  file: string;
  /** Null where it cannot be known: pipes and devices. */
  totalBytes: number | null;
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
};

/** Each file once, in the order of the arguments, those of a pattern by name. Throws a CommandError when one is missing. */
export async function findInputs(names: readonly string[]): Promise<FoundInput[]> {
  const files = new Map<string, string>();
  for (const file of (await Promise.all(names.map(expand))).flat()) {
    const key = file === '-' ? file : resolve(file);
    if (!files.has(key)) files.set(key, file);
  }
  return Promise.all([...files.values()].map(look));
}

/** Opens what {@link findInputs} found. Throws a CommandError when it cannot be read any more. */
export async function openInput({ file }: FoundInput, stdin: Readable): Promise<Readable> {
  if (file === '-') return stdin;
  try {
    return (await open(file, 'r')).createReadStream();
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** A pattern that a shell has left alone; a file of that very name comes first. */
async function expand(name: string): Promise<string[]> {
  if (name === '-' || !isDynamicPattern(name) || (await exists(name))) return [name];
  const files = await glob(name, { absolute: isAbsolute(name), expandDirectories: false });
  if (files.length === 0) throw new CommandError(`No file matches ${name}.`);
  return files.sort();
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function look(file: string): Promise<FoundInput> {
  if (file === '-') return { file, totalBytes: null };
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    // Not opened yet: to open a named pipe and close it again would end its writer.
    await access(file, constants.R_OK);
    return { file, totalBytes: found.isFile() ? found.size : null };
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): CommandError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  return new CommandError(`Cannot read ${file}: ${REASONS[code] ?? code}.`);
}
