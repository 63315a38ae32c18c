import type { Readable, Writable } from 'node:stream';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { SenderEnvironment } from '../send/sender-config.js';
import { type ProgressStream, type Shown, showProgress } from '../send/show-progress.js';
import { createTally, type FileTally, type ImportTally, tallyOfFile } from './create-tally.js';
import { type FoundInput, findInputs, openInput } from './find-inputs.js';
import { formats } from './formats/formats.js';
import { createRun, type ImportRun, importLog } from './import-log.js';
import { helpText, type ImportOptions, importOptions } from './import-options.js';
import { fileName, summaryText } from './summary-text.js';

export interface ImportDeps {
  stdin: Readable;
  stdout: Writable;
  /** Progress and errors; a terminal gets a bar. */
  stderr: ProgressStream;
  interrupt: AbortSignal;
  giveUpAfterMs: number;
  environment?: SenderEnvironment;
}

/** Returns the exit code; `helpText` explains it. */
export async function runImport(args: string[], deps: ImportDeps): Promise<0 | 1> {
  const { stdout, stderr, environment } = deps;
  const commandLine = importOptions(args, environment);
  if (commandLine.kind === 'help') {
    stdout.write(helpText);
    return 0;
  }
  if (commandLine.kind === 'problem') return fail(stderr, `${commandLine.message} See --help.`);
  try {
    return await importFiles(commandLine.options, deps);
  } catch (error) {
    if (error instanceof CommandError) return fail(stderr, error.message);
    throw error;
  }
}

async function importFiles(options: ImportOptions, deps: ImportDeps): Promise<0 | 1> {
  const { stdin, stdout, stderr } = deps;
  const inputs = await findInputs(options.files);
  const tally = createTally();
  const progress = showProgress(stderr, shownOf(tally, totalBytes(inputs)));
  const run = createRun(options, tally, { ...deps, onWait: progress.note });
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

/** The total of all files; null if the size of one is unknown. */
function totalBytes(inputs: FoundInput[]): number | null {
  return inputs.reduce<number | null>(
    (sum, input) => (sum === null || input.totalBytes === null ? null : sum + input.totalBytes),
    0,
  );
}

/** The error message if the import stopped early, else null. */
async function failureOf(input: FoundInput, stdin: Readable, run: ImportRun): Promise<string | null> {
  try {
    await importLog(input.file, await openInput(input, stdin), run);
    return null;
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

function advice({ dryRun }: ImportOptions, { accepted }: ImportTally): string {
  return dryRun || accepted === 0 ? '' : ' Run the same command again to continue; nothing is counted twice.';
}

/** An error message if too many lines of a file were unreadable, else null. */
function unreadableFile(tally: FileTally, { maxUnparsable, format }: ImportOptions): string | null {
  const { unparsable } = tally;
  const lines = tally.lines - tally.blank - tally.comments;
  const name = fileName(tally.file);
  if (unparsable === 0) return null;
  if (unparsable === lines) {
    const known = format === undefined ? formats : [format];
    const names = known.map(({ names: [first] }) => first).join(', ');
    return `No line of ${name} is in a supported format (${names}). See --help for the formats and --json-fields.`;
  }
  const percent = (unparsable / lines) * 100;
  if (percent <= maxUnparsable) return null;
  const share = `${unparsable.toLocaleString('en')} of ${lines.toLocaleString('en')} lines (${percent.toFixed(1)} %)`;
  return `${share} of ${name} are unreadable, more than the ${maxUnparsable} % of --max-unparsable; the others were sent.`;
}

function fail(stderr: ProgressStream, message: string): 1 {
  stderr.write(`import: ${message}\n`);
  return 1;
}
