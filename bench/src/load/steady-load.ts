import { fileURLToPath } from 'node:url';
import { CommandError } from '@millrace/shared/commands/command-error';
import { runNodeTool } from './run-tool.js';

export interface SteadyLoad {
  url: string;
  /** Requests per second. */
  perSecond: number;
  seconds: number;
  /** One JSON body per line. */
  bodiesFile: string;
}

/** Counts requests, not events. */
export interface SteadyResult {
  sent: number;
  ok: number;
  failed: number;
  /** Why the first of them failed. */
  firstFailure?: string;
}

const child = fileURLToPath(new URL('steady-child.js', import.meta.url));

/** Makes the load in a separate process; wrk cannot hold a rate. @throws CommandError when requests failed, since the load was then lower. */
export async function runSteadyLoad(load: SteadyLoad): Promise<SteadyResult> {
  const result = (await runNodeTool(child, load, load.seconds)) as SteadyResult;
  const { failed, sent, firstFailure } = result;
  if (failed > 0)
    throw new CommandError(`${failed} of ${sent} requests to ${load.url} failed; the first: ${firstFailure}.`);
  return result;
}
