/** Runs command-line tools for the steps before a command, and stops them when we are stopped. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a tool without a terminal; resolves with its exit code and whole output. `code` is null when it could not be
 * started. `onLine` gets each line of its standard output as it comes.
 */
export function runTool(command, args, { onLine, ...options }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const stop = (signal) => {
      child.kill(signal);
      process.exit(1);
    };
    const finish = (code) => {
      for (const signal of stopSignals) process.off(signal, stop);
      resolve({ code, output });
    };
    for (const signal of stopSignals) process.on(signal, stop);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
      });
    if (onLine) createInterface({ input: child.stdout }).on('line', onLine);
    child.on('error', (error) => {
      output += error.message;
      finish(null);
    });
    child.on('close', finish);
  });
}
