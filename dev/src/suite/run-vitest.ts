import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { stopWhenOrphaned } from '../processes/stop-when-orphaned.js';
import { workspaceRoot } from '../workspace-root.js';
import { countResults, type VitestReport } from './count-results.js';

/** Options of one run of the suite. */
export interface VitestRun {
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Where Vitest writes its JSON report. */
  reportFile: string;
  stopped: AbortSignal;
}

/** Runs the suite once. `counts` is undefined if Vitest ended without a report. */
export async function runVitest(run: VitestRun): Promise<{ code: number; counts: string | undefined }> {
  const manifest = createRequire(join(workspaceRoot, 'package.json')).resolve('vitest/package.json');
  const reporters = ['--reporter=default', `--reporter=${join(workspaceRoot, 'dev', 'json-report.mjs')}`];
  const child = spawn(process.execPath, [join(dirname(manifest), 'vitest.mjs'), 'run', ...reporters, ...run.args], {
    cwd: workspaceRoot,
    env: { ...run.env, MILLRACE_TEST_REPORT: run.reportFile },
    stdio: 'inherit',
  });
  const watch = stopWhenOrphaned(child.pid ?? 0, 'TERM');
  run.stopped.addEventListener('abort', () => child.kill('SIGTERM'));
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? 1)));
  watch.cancel();
  if (!existsSync(run.reportFile)) return { code: code || 1, counts: undefined };
  return { code, counts: countResults(JSON.parse(readFileSync(run.reportFile, 'utf8')) as VitestReport) };
}
