/** Entry point of `npm run export`. */
import { loadDatabaseUrl } from '@millrace/shared/commands/command-config';
import { runExport } from './export-run.js';

const { stdout, stderr } = process;
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
// The reader of a pipe may stop early, as head does.
stdout.on('error', () => stopping.abort());
const deps = { stdout, stderr, databaseUrl: loadDatabaseUrl, stopped: stopping.signal };
process.exitCode = await runExport(process.argv.slice(2), deps);
