/** Postgres refuses to run as root, so as root it is started as another user. */
import { type SpawnOptions, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { CommandError } from '@millrace/shared/commands/command-error';

/** How to start a Postgres program: a prefix for its command line, spawn options, and the owner of its files. */
export interface PostgresUser {
  prefix: string[];
  options: Pick<SpawnOptions, 'uid' | 'gid'>;
  owner?: { uid: number; gid: number };
}

/**
 * Decides which user runs Postgres: the current one, or if that is root, the owner of the data, `postgres` or `nobody`.
 * This user must be able to run the program `probe` and to enter `home`, the folder of the data.
 */
export function choosePostgresUser(probe: string, home: string, dataDir: string): PostgresUser {
  if (process.getuid?.() !== 0) return { prefix: [], options: {} };
  const owner = dataOwner(dataDir) ?? lookUp('postgres') ?? lookUp('nobody');
  if (!owner) {
    throw new CommandError(
      'Postgres refuses to run as root, and there is no user "postgres" or "nobody" to run it as: run this command as an ordinary user.',
    );
  }
  const plain: PostgresUser = { prefix: [], options: owner, owner };
  if (canRun(plain, probe, home)) return plain;
  const able = ['dac_read_search', 'dac_override'].map((capability) => withCapability(owner, capability));
  const found = able.find((user) => canRun(user, probe, home));
  if (found) return found;
  throw new CommandError(
    `Postgres refuses to run as root, and the user it would run as (uid ${owner.uid}) cannot enter ${home}: move the clone to a folder that all users can enter, or run this command as an ordinary user.`,
  );
}

/**
 * Keeps one capability of root, to pass through folders such as /root that the user cannot enter. The securebit keeps it
 * effective for access(2) too, with which initdb checks its program files.
 */
function withCapability(owner: { uid: number; gid: number }, capability: string): PostgresUser {
  const only = `-all,+${capability}`;
  const prefix = ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
  prefix.push('--securebits=+no_setuid_fixup', `--inh-caps=${only}`, `--ambient-caps=${only}`);
  return { prefix, options: {}, owner };
}

function canRun(user: PostgresUser, probe: string, home: string): boolean {
  // Like initdb: the program must be readable and executable by access(2), and must run.
  const script = 'cd "$1" && test -r "$0" && test -x "$0" && "$0" --version';
  const [command = '/bin/sh', ...args] = [...user.prefix, '/bin/sh', '-c', script, probe, home];
  return spawnSync(command, args, { ...user.options, cwd: '/', stdio: 'ignore' }).status === 0;
}

function dataOwner(dataDir: string): { uid: number; gid: number } | undefined {
  const stat = statSync(dataDir, { throwIfNoEntry: false });
  return stat && stat.uid !== 0 ? { uid: stat.uid, gid: stat.gid } : undefined;
}

function lookUp(name: string): { uid: number; gid: number } | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
  if (uid?.status !== 0 || gid?.status !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}
