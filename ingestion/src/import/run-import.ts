/** Turns the arguments of `npm run import` into an exit code, and says on the given streams what happened. */
import type { Readable, Writable } from 'node:stream';
import { createTally, type ImportTally } from './create-tally.js';
import { helpText } from './help-text.js';
import { ImportError } from './import-error.js';
import { importLog } from './import-log.js';
import { type ImportOptions, importOptions } from './import-options.js';
import { openInput } from './open-input.js';
import { type ProgressStream, showProgress } from './show-progress.js';
import { summaryText } from './summary-text.js';

export interface ImportSurroundings {
  stdin: Readable;
  stdout: Writable;
  /** Progress and errors; a terminal gets a bar. */
  stderr: ProgressStream;
  interrupt: AbortSignal;
  giveUpAfterMs: number;
}

/** 0 when everything that could be parsed was accepted; `helpText` has the rule in full. */
export async function runImport(args: string[], surroundings: ImportSurroundings): Promise<0 | 1> {
  const { stdin, stdout, stderr } = surroundings;
  const commandLine = importOptions(args);
  if (commandLine.kind === 'help') {
    stdout.write(helpText);
    return 0;
  }
  if (commandLine.kind === 'problem') return fail(stderr, `${commandLine.message} (--help shows how)`);
  const { options } = commandLine;
  const input = await openInput(options.file, stdin);
  if (input.kind === 'problem') return fail(stderr, input.message);

  const tally = createTally();
  const progress = showProgress(stderr, tally, input.totalBytes);
  const failure = await failureOf(options, input.stream, tally, progress.note, surroundings);
  progress.stop();
  stdout.write(summaryText(options, tally));
  if (failure !== null) {
    return fail(stderr, `${failure} Run the same command again to go on; nothing will count twice.`);
  }
  if (tally.unparsable > 0 && tally.unparsable + tally.blank === tally.lines) {
    return fail(stderr, `Not one line of ${options.file} is in Common or Combined Log Format.`);
  }
  return tally.rejected > 0 ? 1 : 0;
}

/** The sentence that stopped the import early, or null when it ran to the end. */
async function failureOf(
  options: ImportOptions,
  stream: Readable,
  tally: ImportTally,
  note: (text: string) => void,
  { interrupt, giveUpAfterMs }: ImportSurroundings,
): Promise<string | null> {
  try {
    await importLog({ options, stream, tally, giveUpAfterMs, interrupt, onWait: note });
    return null;
  } catch (error) {
    if (error instanceof ImportError) return error.message;
    throw error;
  }
}

function fail(stderr: ProgressStream, message: string): 1 {
  stderr.write(`import: ${message}\n`);
  return 1;
}
