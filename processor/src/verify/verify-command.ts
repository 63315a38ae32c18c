/** Turns the command line into a comparison of rollups with raw events: wires it to the process, and nothing else. */
import { loadDatabaseUrl } from '@millrace/shared/commands/command-database';
import { runVerify } from './verify-run.js';

const { stdout, stderr } = process;
process.exitCode = await runVerify(process.argv.slice(2), { stdout, stderr, databaseUrl: loadDatabaseUrl });
