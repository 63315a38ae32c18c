/** Imports one log as a pull pipeline: bytes, lines, events, batches, posts. */
import { addAbortSignal, type Readable } from 'node:stream';
import { CommandError } from '@millrace/shared/commands/command-error';
import { createTarget } from '../send/create-target.js';
import { type Batch, makeBatches } from '../send/make-batches.js';
import { type BatchAnswer, postBatch, type Target } from '../send/post-batch.js';
import { postBatches } from '../send/post-batches.js';
import { printable } from '../send/printable.js';
import type { ImportTally } from './create-tally.js';
import type { ImportOptions } from './import-options.js';
import { PackedInput, plainBytes } from './plain-bytes.js';
import { readLines } from './read-lines.js';
import { sortLines } from './sort-lines.js';

const REJECTED_SHOWN = 20;

/** Shared by all files of a run. */
export interface ImportRun {
  options: ImportOptions;
  tally: ImportTally;
  target: Target;
  /** Stops reading; requests in flight are still awaited. */
  interrupt: AbortSignal;
  /** Fires with `interrupt` and when a batch fails. */
  stopping: AbortController;
}

export interface RunSettings {
  giveUpAfterMs: number;
  interrupt: AbortSignal;
  onWait(why: string): void;
}

export function createRun(
  options: ImportOptions,
  tally: ImportTally,
  { giveUpAfterMs, interrupt, onWait }: RunSettings,
): ImportRun {
  const stopping = new AbortController();
  interrupt.addEventListener('abort', () => stopping.abort());
  const target = createTarget(options, { giveUpAfterMs, stop: stopping.signal, onWait });
  return { options, tally, interrupt, stopping, target };
}

/** Resolves when all events are sent and the responses are counted in `tally`. @throws CommandError if it has to stop early. */
export async function importLog(file: string, stream: Readable, run: ImportRun): Promise<void> {
  const { options, tally, target, interrupt, stopping } = run;
  addAbortSignal(stopping.signal, stream);
  const bytes = plainBytes(stream, (count) => {
    tally.bytesRead += count;
  });
  const send = options.dryRun ? pretend : postBatch;
  try {
    await postBatches(
      makeBatches(sortLines(file, readLines(bytes), options, tally)),
      async (batch) => count(await send(batch, target), batch, file, tally),
      () => stopping.abort(),
    );
  } catch (error) {
    if (interrupt.aborted) throw new CommandError('Interrupted.');
    throw error instanceof CommandError ? error : readingError(error, file, tally);
  } finally {
    stream.destroy();
  }
}

async function pretend({ numbers }: Batch): Promise<BatchAnswer> {
  return { accepted: numbers.length, rejected: [] };
}

function count(answer: BatchAnswer, batch: Batch, file: string, tally: ImportTally): void {
  tally.accepted += answer.accepted;
  tally.rejected += batch.numbers.length - answer.accepted;
  for (const { index, message } of answer.rejected) {
    if (tally.firstRejected.length >= REJECTED_SHOWN) return;
    tally.firstRejected.push({ file, number: batch.numbers[index] ?? 0, text: printable(message, 300) });
  }
}

function readingError(error: unknown, file: string, tally: ImportTally): CommandError {
  const { code } = error as NodeJS.ErrnoException;
  const name = file === '-' ? 'Standard input' : file;
  if (error instanceof PackedInput) {
    const command = `${error.unpack} ${file} | npm run import -- - --site ...`;
    return new CommandError(
      `${name} is ${error.packing}, which is not supported. Unpack it first, for example with \`${command}\`.`,
    );
  }
  const where = `after line ${tally.lines.toLocaleString('en')}`;
  if (code === 'Z_BUF_ERROR') return new CommandError(`${name} is truncated: its gzip data end too early, ${where}.`);
  if (code?.startsWith('Z_')) return new CommandError(`${name} is corrupt: its gzip data is invalid ${where}.`);
  if (code !== undefined) return new CommandError(`Reading ${name} failed (${code}) ${where}.`);
  throw error;
}
