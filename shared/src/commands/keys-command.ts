import { loadDatabaseUrl } from './command-database.js';
import { runKeys } from './keys-run.js';

const { stdout, stderr } = process;
process.exitCode = await runKeys(process.argv.slice(2), { stdout, stderr, databaseUrl: loadDatabaseUrl });
