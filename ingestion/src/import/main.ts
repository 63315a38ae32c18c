import { loadSenderEnvironment } from '../send/sender-config.js';
import { runImport } from './run-import.js';

const GIVE_UP_AFTER_MS = 60_000;

const interrupt = new AbortController();
// The first signal finishes the requests in flight and prints the summary; a second one exits immediately.
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());

process.exitCode = await runImport(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  interrupt: interrupt.signal,
  giveUpAfterMs: GIVE_UP_AFTER_MS,
  environment: loadSenderEnvironment(),
});
