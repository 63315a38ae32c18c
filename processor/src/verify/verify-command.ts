import { loadDatabaseUrl } from '@millrace/shared/commands/command-config';
import { runVerify } from './verify-run.js';

const { stdout, stderr } = process;
process.exitCode = await runVerify(process.argv.slice(2), { stdout, stderr, databaseUrl: loadDatabaseUrl });
