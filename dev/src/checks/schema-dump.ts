import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '@millrace/shared/commands/command-error';
import { createClosingList } from '../processes/closing-list.js';
import { runProgram } from '../processes/run-program.js';
import { startThrowAwayPostgres } from '../stores/throw-away-postgres.js';
import { dumpSchema } from './dump-schema.js';
import { firstDifference } from './first-difference.js';

const note = `-- The schema that the migrations lead to, written by \`npm run check -- --update-schema\`. To change it, add a migration.\n\n`;
const dumpFile = join('shared', 'schema.sql');
const repair = 'run `npm run check -- --update-schema` and commit the file';

/** Fails if shared/schema.sql is not the schema that the migrations create. */
export async function checkSchemaDump(root: string): Promise<string[]> {
  const file = join(root, dumpFile);
  if (!existsSync(file)) return [`${dumpFile} is missing: ${repair}`];
  const difference = firstDifference(readFileSync(file, 'utf8'), await migratedSchema(root));
  return difference ? [`${dumpFile} is not current (${difference}): ${repair}`] : [];
}

/** Writes shared/schema.sql and returns its name. */
export async function writeSchemaDump(root: string): Promise<string> {
  writeFileSync(join(root, dumpFile), await migratedSchema(root));
  return dumpFile;
}

/** Migrates a throw-away database, never the one of DATABASE_URL. */
async function migratedSchema(root: string): Promise<string> {
  const closing = createClosingList();
  try {
    const url = await startThrowAwayPostgres(closing);
    const { REDIS_URL: _url, REDIS_HOST: _host, QUEUE_PREFIX: _prefix, ...inherited } = process.env;
    const env = { ...inherited, DATABASE_URL: url, LOG_LEVEL: 'error' };
    const script = join(root, 'shared', 'dist', 'commands', 'migrate-command.js');
    const { code, output } = await runProgram(script, [], { cwd: root, env });
    if (code !== 0) throw new CommandError(`the migrations fail on an empty database: ${output}`);
    return note + (await dumpSchema(url));
  } finally {
    await closing.closeAll();
  }
}
