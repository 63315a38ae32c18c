/** Finds and opens the files of the FILE arguments. */
import { access, constants, open, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { CommandError } from '@millrace/shared/commands/command-error';
import { glob, isDynamicPattern } from 'tinyglobby';

export interface FoundInput {
  /** A path, or `-` for standard input. */
  file: string;
  /** Null if unknown: pipes and devices. */
  totalBytes: number | null;
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
};

/** Each file once, in the order of the arguments; those of a pattern sorted by name. @throws CommandError if one is missing. */
export async function findInputs(names: readonly string[]): Promise<FoundInput[]> {
  const files = new Map<string, string>();
  for (const file of (await Promise.all(names.map(expand))).flat()) {
    const key = file === '-' ? file : resolve(file);
    if (!files.has(key)) files.set(key, file);
  }
  return Promise.all([...files.values()].map(look));
}

/** @throws CommandError if the file can no longer be read */
export async function openInput({ file }: FoundInput, stdin: Readable): Promise<Readable> {
  if (file === '-') return stdin;
  try {
    return (await open(file, 'r')).createReadStream();
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Expands a pattern that the shell has not expanded, unless a file has that exact name. */
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
    // Not opened yet: opening and closing a named pipe would end its writer.
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
