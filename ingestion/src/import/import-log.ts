/** Turns an opened log into accepted events: bytes → lines → events → batches → posts, each step pulling from the one before. */
import { addAbortSignal, type Readable } from 'node:stream';
import type { ImportTally } from './create-tally.js';
import { ImportError } from './import-error.js';
import type { ImportOptions } from './import-options.js';
import { type Batch, makeBatches } from './make-batches.js';
import { plainBytes } from './plain-bytes.js';
import { type BatchAnswer, postBatch, type Target } from './post-batch.js';
import { postBatches } from './post-batches.js';
import { printable } from './printable.js';
import { readLines } from './read-lines.js';
import { sortLines } from './sort-lines.js';

const REJECTED_SHOWN = 20;
const NOTE_EVERY_MS = 5_000;

export interface ImportRun {
  options: ImportOptions;
  stream: Readable;
  tally: ImportTally;
  giveUpAfterMs: number;
  /** Stops reading; what is in flight is still waited for. */
  interrupt: AbortSignal;
  onWait(why: string): void;
}

/** Resolves when the whole log was sent and answered, with all counts in `tally`. Throws an ImportError when it had to stop early. */
export async function importLog({
  options,
  stream,
  tally,
  giveUpAfterMs,
  interrupt,
  onWait,
}: ImportRun): Promise<void> {
  const stopping = new AbortController();
  interrupt.addEventListener('abort', () => stopping.abort());
  const stop = stopping.signal;
  const target: Target = { url: options.url, giveUpAfterMs, lastAnswerAt: Date.now(), stop, onWait: seldom(onWait) };
  addAbortSignal(stop, stream);
  const bytes = plainBytes(stream, (count) => {
    tally.bytesRead += count;
  });
  const batches = makeBatches(sortLines(readLines(bytes), options, tally));
  try {
    await postBatches(
      batches,
      async (batch) => count(await postBatch(batch, target), batch, tally),
      () => stopping.abort(),
    );
  } catch (error) {
    if (interrupt.aborted) throw new ImportError('Interrupted.');
    throw error instanceof ImportError ? error : readingError(error, options.file, tally);
  }
}

/** Lets through the first of many notes: batches in flight wait for the same reason at the same time. */
function seldom(say: (text: string) => void): (text: string) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (text) => {
    if (Date.now() - saidAt < NOTE_EVERY_MS) return;
    saidAt = Date.now();
    say(text);
  };
}

function count(answer: BatchAnswer, batch: Batch, tally: ImportTally): void {
  tally.accepted += answer.accepted;
  tally.rejected += batch.lineNumbers.length - answer.accepted;
  for (const { index, message } of answer.rejected) {
    if (tally.firstRejected.length >= REJECTED_SHOWN) return;
    tally.firstRejected.push({ number: batch.lineNumbers[index] ?? 0, text: printable(message, 300) });
  }
}

function readingError(error: unknown, file: string, tally: ImportTally): ImportError {
  const { code } = error as NodeJS.ErrnoException;
  const name = file === '-' ? 'Standard input' : file;
  const where = `after line ${tally.lines.toLocaleString('en')}`;
  if (code === 'Z_BUF_ERROR') return new ImportError(`${name} is cut off: its gzip data ends too early, ${where}.`);
  if (code?.startsWith('Z_')) return new ImportError(`${name} is damaged: its gzip data makes no sense ${where}.`);
  if (code !== undefined) return new ImportError(`${name} cannot be read on (${code}) ${where}.`);
  throw error;
}
