/** Turns the command line into an erasure: wires it to the process, and nothing else. */
import { loadDatabaseUrl } from '@millrace/shared/commands/command-database';
import { runErase } from './erase-run.js';

const { stdout, stderr } = process;
process.exitCode = await runErase(process.argv.slice(2), { stdout, stderr, databaseUrl: loadDatabaseUrl });
