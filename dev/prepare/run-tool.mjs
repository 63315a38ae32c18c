/** Turns a command line into its exit code and whole output, and takes the tool along when we are stopped. */
import { spawn } from 'node:child_process';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a tool without a terminal; resolves with `{code, output}`, where code is null when it could not be started. */
export function runTool(command, args, options) {
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
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', (error) => {
      output += error.message;
      finish(null);
    });
    child.on('close', finish);
  });
}
