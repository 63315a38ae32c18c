/** Runs a built service as a separate process on a free port, and collects its log. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endWithTest } from './end-with-test.js';
import { urlFor } from './service-logins.js';

export interface LogLine {
  level: number;
  msg: string;
  [field: string]: unknown;
}

export interface SpawnedService {
  child: ChildProcess;
  url: string;
  log: LogLine[];
  /** Sends a signal and resolves with the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** With a lower priority, a worker would starve next to other tests. */
const defaults = { WORKER_NICE: '0' };

/** A release from before the roles needs the owner of the tables. */
const asServiceUser = (service: string, env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv =>
  folder === root
    ? Object.fromEntries(
        Object.entries(env).map(([name, value]) =>
          /^DATABASE_(READ_)?URL$/.test(name) && value ? [name, urlFor(service, value)] : [name, value],
        ),
      )
    : env;

/** Starts `<service>/dist/<script>.js` and resolves once it listens. @throws Error with its output if it exits first */
export async function spawnService(
  service: string,
  env: NodeJS.ProcessEnv,
  args: string[] = [],
  script = 'main',
  folder = root,
): Promise<SpawnedService> {
  const portOwner = script === 'main' ? service : `${service}_${script}`;
  const port0 = { [`${portOwner.toUpperCase()}_PORT`]: '0' };
  const child = spawn(process.execPath, [join(folder, service, 'dist', `${script}.js`), ...args], {
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      ...port0,
      LOG_LEVEL: 'info',
      ...defaults,
      ...asServiceUser(service, env, folder),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithTest(child);
  const exited = once(child, 'exit');
  const log: LogLine[] = [];
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`;
      const entry = JSON.parse(line) as LogLine;
      log.push(entry);
      if (entry.msg === 'listening') resolve(entry.port as number);
    });
    exited.then(() => reject(new Error(`${service} ended before it listened:\n${output}`)));
  });
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    log,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      await exited;
      return child.exitCode;
    },
  };
}
