/** A separate Redis, durable as in production, that a test can stop, freeze and restart. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithTest } from './end-with-test.js';
import { eventually } from './eventually.js';

export interface RedisServer {
  url: string;
  /** Starts or restarts it with the same data and port. */
  start(): Promise<void>;
  /** Runs one command, words separated by spaces; resolves with the reply. */
  command(command: string): Promise<string>;
  /** SIGKILL, SIGSTOP, SIGCONT ... */
  signal(signal: NodeJS.Signals): Promise<void>;
  remove(): Promise<void>;
}

/** Below the ephemeral ports, any of which an outgoing connection could take before Redis starts. */
async function freePort(): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 12_768);
  const server = createServer().listen(port, '127.0.0.1');
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (!isFree) return freePort();
  server.close();
  await once(server, 'close');
  return port;
}

/** Sends one inline command; resolves with the first line of the reply. */
function send(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.on('data', (reply) => {
      socket.destroy();
      resolve(reply.toString().trimEnd());
    });
    socket.on('error', reject);
  });
}

/** Does not start it yet. */
export async function createRedisServer(): Promise<RedisServer> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'millrace-redis-'));
  const settings = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction'];
  let child: ChildProcess | undefined;
  return {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, ...settings], {
        stdio: 'ignore',
      });
      endWithTest(child);
      await eventually(async () => (await send(port, 'PING')) === '+PONG', 'Redis answers');
    },
    command: (command) => send(port, command),
    async signal(signal) {
      child?.kill(signal);
      if (child && signal !== 'SIGSTOP' && signal !== 'SIGCONT') await once(child, 'exit');
    },
    async remove() {
      child?.kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}
