/** A steady load from a process of its own: wrk cannot hold a rate, autocannon sends each second's requests at once. */
import { fileURLToPath } from 'node:url';
import { ClearError } from '@millrace/dev/clear-error';
import { runNodeTool } from './run-tool.js';

export interface SteadyLoad {
  url: string;
  /** Requests. */
  perSecond: number;
  seconds: number;
  /** File with one JSON body per line. */
  bodiesFile: string;
}

/** Requests, not events. */
export interface SteadyResult {
  sent: number;
  ok: number;
  failed: number;
  /** What went wrong with the first of them. */
  firstFailure?: string;
}

const child = fileURLToPath(new URL('steady-child.js', import.meta.url));

/** @throws ClearError when requests failed: what was measured is then not what was meant. */
export async function runSteadyLoad(load: SteadyLoad): Promise<SteadyResult> {
  const result = (await runNodeTool(child, load, load.seconds)) as SteadyResult;
  const { failed, sent, firstFailure } = result;
  if (failed > 0)
    throw new ClearError(`${failed} of ${sent} requests to ${load.url} failed; the first: ${firstFailure}.`);
  return result;
}
