/** The command line of exports: wires it to the process, and nothing else. */
import { loadDatabaseUrl } from '@millrace/shared/commands/command-database';
import { runExport } from './export-run.js';

const { stdout, stderr } = process;
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
// Whoever reads from a pipe may have read enough.
stdout.on('error', () => stopping.abort());
const surroundings = { stdout, stderr, databaseUrl: loadDatabaseUrl, stopped: stopping.signal };
process.exitCode = await runExport(process.argv.slice(2), surroundings);
