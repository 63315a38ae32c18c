import { spawn } from 'node:child_process';

/** Runs a Node script. `output` has what it wrote to stdout and stderr, `stdout` only the former. */
export function runProgram(
  script: string,
  args: string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<{ code: number | null; output: string; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let stdout = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        output += chunk;
        if (stream === child.stdout) stdout += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output, stdout }));
  });
}
