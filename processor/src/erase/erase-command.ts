import { loadDatabaseUrl } from '@millrace/shared/commands/command-config';
import { runErase } from './erase-run.js';

const { stdout, stderr } = process;
process.exitCode = await runErase(process.argv.slice(2), { stdout, stderr, databaseUrl: loadDatabaseUrl });
