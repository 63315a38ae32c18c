import type { Writable } from 'node:stream';
import { CommandError } from '@millrace/shared/commands/command-error';
import { createTarget } from '../send/create-target.js';
import type { SenderEnvironment } from '../send/sender-config.js';
import { type ProgressStream, showProgress } from '../send/show-progress.js';
import { countVisits } from './make-traffic.js';
import { helpText, type SeedOptions, seedOptions } from './seed-options.js';
import { seedSummary } from './seed-summary.js';
import { createSeedTally, sendTraffic } from './send-traffic.js';

const ADVICE = 'Run the same command again to continue; nothing is counted twice.';

export interface SeedDeps {
  stdout: Writable;
  /** Progress and errors; a terminal gets a bar. */
  stderr: ProgressStream;
  interrupt: AbortSignal;
  giveUpAfterMs: number;
  /** Milliseconds since 1970. */
  now: () => number;
  environment?: SenderEnvironment;
}

/** Returns the exit code: 0 if every event was accepted. */
export async function runSeed(args: string[], deps: SeedDeps): Promise<0 | 1> {
  const { stdout, stderr, now, environment } = deps;
  const commandLine = seedOptions(args, now(), environment);
  if (commandLine.kind === 'help') {
    stdout.write(helpText);
    return 0;
  }
  if (commandLine.kind === 'problem') return fail(stderr, `${commandLine.message} See --help.`);
  return seed(commandLine.options, deps);
}

async function seed(options: SeedOptions, deps: SeedDeps): Promise<0 | 1> {
  const { stdout, stderr, interrupt, giveUpAfterMs, environment = {} } = deps;
  const tally = createSeedTally();
  const progress = showProgress(stderr, {
    done: () => tally.visits,
    total: countVisits(options),
    format: (visits) => visits.toLocaleString('en'),
    unit: 'visits',
    count: () => tally.accepted,
    counted: 'events',
  });
  const stopping = new AbortController();
  interrupt.addEventListener('abort', () => stopping.abort());
  const target = createTarget(options, { giveUpAfterMs, stop: stopping.signal, onWait: progress.note });
  const failure = await failureOf(sendTraffic(options, tally, target, stopping));
  progress.stop();
  const problem = interrupt.aborted ? 'Interrupted.' : failure;
  const isWhole = problem === null;
  if (isWhole || tally.accepted > 0) stdout.write(seedSummary(options, { tally, isWhole }, environment));
  if (isWhole) return tally.rejected > 0 ? 1 : 0;
  return fail(stderr, tally.accepted === 0 ? problem : `${problem} ${ADVICE}`);
}

/** The error message if it stopped early, else null. */
async function failureOf(sending: Promise<void>): Promise<string | null> {
  try {
    await sending;
    return null;
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

function fail(stderr: ProgressStream, message: string): 1 {
  stderr.write(`seed: ${message}\n`);
  return 1;
}
