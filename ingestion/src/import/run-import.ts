/** The arguments of `npm run import` → an exit code, having said on the given streams what happened. */
import type { Readable, Writable } from 'node:stream';
import { CommandError } from '../send/command-error.js';
import type { SenderEnvironment } from '../send/sender-config.js';
import { type ProgressStream, type Shown, showProgress } from '../send/show-progress.js';
import { createTally, type FileTally, type ImportTally, tallyOfFile } from './create-tally.js';
import { type FoundInput, findInputs, openInput } from './find-inputs.js';
import { formats } from './formats/formats.js';
import { helpText } from './help-text.js';
import { createRun, type ImportRun, importLog } from './import-log.js';
import { type ImportOptions, importOptions } from './import-options.js';
import { fileName, summaryText } from './summary-text.js';

export interface ImportSurroundings {
  stdin: Readable;
  stdout: Writable;
  /** Progress and errors; a terminal gets a bar. */
  stderr: ProgressStream;
  interrupt: AbortSignal;
  giveUpAfterMs: number;
  environment?: SenderEnvironment;
}

/** 0 when everything that could be parsed was accepted, and that was nearly all; `helpText` has the rule in full. */
export async function runImport(args: string[], surroundings: ImportSurroundings): Promise<0 | 1> {
  const { stdout, stderr, environment } = surroundings;
  const commandLine = importOptions(args, environment);
  if (commandLine.kind === 'help') {
    stdout.write(helpText);
    return 0;
  }
  if (commandLine.kind === 'problem') return fail(stderr, `${commandLine.message} (--help shows how)`);
  try {
    return await importFiles(commandLine.options, surroundings);
  } catch (error) {
    if (error instanceof CommandError) return fail(stderr, error.message);
    throw error;
  }
}

async function importFiles(options: ImportOptions, surroundings: ImportSurroundings): Promise<0 | 1> {
  const { stdin, stdout, stderr } = surroundings;
  const inputs = await findInputs(options.files);
  const tally = createTally();
  const progress = showProgress(stderr, shownOf(tally, totalBytes(inputs)));
  const run = createRun(options, tally, { ...surroundings, onWait: progress.note });
  const tallies: FileTally[] = [];
  let failure: string | null = null;
  for (const input of inputs) {
    const before = { ...tally };
    failure = await failureOf(input, stdin, run);
    if (failure !== null) break;
    tallies.push(tallyOfFile(input.file, before, tally));
  }
  progress.stop();
  const names = inputs.map(({ file }) => file);
  stdout.write(summaryText(names, options, tally));
  if (failure !== null) return fail(stderr, `${failure}${advice(options, tally)}`);
  const unreadable = tallies.map((file) => unreadableFile(file, options)).find((sentence) => sentence !== null);
  if (unreadable) return fail(stderr, unreadable);
  return tally.rejected > 0 ? 1 : 0;
}

const shownOf = (tally: ImportTally, total: number | null): Shown => ({
  done: () => tally.bytesRead,
  total,
  format: (bytes) => (bytes / 1e6).toFixed(1),
  unit: 'MB',
  count: () => tally.lines,
  counted: 'lines',
});

/** The sum for one bar over all files; null when one of them does not tell. */
function totalBytes(inputs: FoundInput[]): number | null {
  return inputs.reduce<number | null>(
    (sum, input) => (sum === null || input.totalBytes === null ? null : sum + input.totalBytes),
    0,
  );
}

/** The sentence that stopped the import early, or null when it ran to the end. */
async function failureOf(input: FoundInput, stdin: Readable, run: ImportRun): Promise<string | null> {
  try {
    await importLog(input.file, await openInput(input, stdin), run);
    return null;
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

/** Left out where nothing had begun. */
function advice({ dryRun }: ImportOptions, { accepted }: ImportTally): string {
  return dryRun || accepted === 0 ? '' : ' Run the same command again to go on; nothing will count twice.';
}

/** What is wrong with a file of which too much could not be read; null when all is well. */
function unreadableFile(tally: FileTally, { maxUnparsable, format }: ImportOptions): string | null {
  const { unparsable } = tally;
  const lines = tally.lines - tally.blank - tally.comments;
  const name = fileName(tally.file);
  if (unparsable === 0) return null;
  if (unparsable === lines) {
    const known = format === undefined ? formats : [format];
    const names = known.map(({ names: [first] }) => first).join(', ');
    return `Not one line of ${name} is in a format that can be read (${names}): --help has the formats and --json-fields.`;
  }
  const percent = (unparsable / lines) * 100;
  if (percent <= maxUnparsable) return null;
  const share = `${unparsable.toLocaleString('en')} of ${lines.toLocaleString('en')} lines (${percent.toFixed(1)} %)`;
  return `${share} of ${name} cannot be read, more than the ${maxUnparsable} % of --max-unparsable; the others were sent.`;
}

function fail(stderr: ProgressStream, message: string): 1 {
  stderr.write(`import: ${message}\n`);
  return 1;
}
