/** A killed test run leaves no processes behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithTest } from '@millrace/shared/testing/end-with-test';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'millrace-killed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const forEver = 'setInterval(() => undefined, 1_000)';
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const subject = fileURLToPath(new URL('../testing/end-with-test.ts', import.meta.url));

const importOf = (name: string, file: string) => `import { ${name} } from ${JSON.stringify(file)};`;

/** Starts three processes, ends one, freezes one, prints the pids of the others, and never ends. */
const endlessTest = `
import { spawn } from 'node:child_process';
${importOf('test', `${dirname(vitest)}/dist/index.js`)}
${importOf('endWithTest', subject)}
test('runs', async () => {
  const start = () => endWithTest(spawn(process.execPath, ['-e', '${forEver}'], { stdio: 'ignore' }));
  const [ended, running, frozen] = [start(), start(), start()];
  frozen.kill('SIGSTOP');
  ended.kill('SIGKILL');
  process.stdout.write('PIDS ' + running.pid + ' ' + frozen.pid + '\\n');
  await new Promise(() => undefined);
}, 600_000);
`;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('kills running and frozen processes of a test when the runner is killed', async () => {
  writeFileSync(join(folder, 'endless.test.mjs'), endlessTest);
  const args = ['run', '--root', folder, '--reporter=verbose', '--disable-console-intercept', '--pool=forks'];
  const runner = endWithTest(
    spawn(process.execPath, [vitest, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  let output = '';
  const pids = await new Promise<number[]>((resolve, reject) => {
    for (const stream of [runner.stdout, runner.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        const [, ...found] = /PIDS (\d+) (\d+)\n/.exec(output) ?? [];
        if (found.length === 2) resolve(found.map(Number));
      });
    }
    runner.once('close', () => reject(new Error(`The runner ended early:\n${output}`)));
  });
  expect(pids.map(isRunning)).toEqual([true, true]);
  runner.kill('SIGKILL');
  await once(runner, 'exit');
  await eventually(async () => !pids.some(isRunning), 'no process of the test is left');
});
