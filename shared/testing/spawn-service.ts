/** Turns the name of a built service into a running process of it, on a free port, and its log. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface LogLine {
  level: number;
  msg: string;
  [field: string]: unknown;
}

export interface SpawnedService {
  child: ChildProcess;
  url: string;
  log: LogLine[];
  /** Sends a signal and resolves with the exit code when the process is gone. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Starts `<service>/dist/<script>.js` and resolves once it listens. @throws Error with its output when it ends before. */
export async function spawnService(
  service: string,
  env: NodeJS.ProcessEnv,
  args: string[] = [],
  script = 'main',
): Promise<SpawnedService> {
  const portOwner = script === 'main' ? service : `${service}_${script}`;
  const child = spawn(process.execPath, [`${root}${service}/dist/${script}.js`, ...args], {
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      [`${portOwner.toUpperCase()}_PORT`]: '0',
      LOG_LEVEL: 'info',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
