/** The arguments of `npm run seed` → an exit code, having said on the given streams what happened. */
import type { Writable } from 'node:stream';
import { CommandError } from '../send/command-error.js';
import { createTarget } from '../send/create-target.js';
import type { SenderEnvironment } from '../send/sender-config.js';
import { type ProgressStream, showProgress } from '../send/show-progress.js';
import { helpText } from './help-text.js';
import { countVisits } from './make-traffic.js';
import { type SeedOptions, seedOptions } from './seed-options.js';
import { seedSummary } from './seed-summary.js';
import { createSeedTally, sendTraffic } from './send-traffic.js';

const ADVICE = 'Run the same command again to go on; nothing counts twice.';

export interface SeedSurroundings {
  stdout: Writable;
  /** Progress and errors; a terminal gets a bar. */
  stderr: ProgressStream;
  interrupt: AbortSignal;
  giveUpAfterMs: number;
  /** Milliseconds since the epoch. */
  now: () => number;
  environment?: SenderEnvironment;
}

/** 0 when everything was accepted. */
export async function runSeed(args: string[], surroundings: SeedSurroundings): Promise<0 | 1> {
  const { stdout, stderr, now, environment } = surroundings;
  const commandLine = seedOptions(args, now(), environment);
  if (commandLine.kind === 'help') {
    stdout.write(helpText);
    return 0;
  }
  if (commandLine.kind === 'problem') return fail(stderr, `${commandLine.message} (--help shows how)`);
  return seed(commandLine.options, surroundings);
}

async function seed(options: SeedOptions, surroundings: SeedSurroundings): Promise<0 | 1> {
  const { stdout, stderr, interrupt, giveUpAfterMs, environment = {} } = surroundings;
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

/** The sentence that ended it early, or null when it ran to the end. */
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
