/** A fake ingestion, and runs of the import against it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { LogEvent } from '../src/import/log-event.ts';
import { runImport } from '../src/import/run-import.ts';
import type { SenderEnvironment } from '../src/send/sender-config.ts';

export type Answer = (events: LogEvent[], res: ServerResponse) => void;

export const BOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
export const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0';
const accept: Answer = (events, res) => json(res, 200, { status: 'ok', accepted: events.length, rejected: [] });
const closers: (() => Promise<unknown>)[] = [];
let folder = '';

/** Call this once in each test file that uses this module. */
export function useImportServer(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-import-'));
  });
  afterEach(closeServers);
  afterAll(() => rm(folder, { recursive: true }));
}

/** Closes the servers that {@link startServer} started in this test. */
export async function closeServers(): Promise<void> {
  for (const close of closers.splice(0)) await close();
}

/** The path of a file in a temporary folder of the test file. */
export const pathOf = (name: string) => join(folder, name);

export function json(res: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Answers the first requests according to `script` and accepts all later ones; collects accepted events in `events`. */
export async function startServer(...script: Answer[]) {
  const requests: { at: number; contentType?: string; authorization?: string; events: LogEvent[] }[] = [];
  const events: LogEvent[] = [];
  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = Buffer.concat(await req.toArray()).toString();
    const sent = body.split('\n').map((line) => JSON.parse(line) as LogEvent);
    const { 'content-type': contentType, authorization } = req.headers;
    requests.push({ at: Date.now(), contentType, authorization, events: sent });
    if (`${req.method} ${req.url}` !== 'POST /events') return json(res, 404, {});
    (script.shift() ?? accept)(sent, res);
    if (res.statusCode === 200) events.push(...sent);
  }
  const server = createServer((req, res) => void handle(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, events };
}

/** A stream that collects what is written to it. */
export function textSink() {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return { stream, read: () => text };
}

interface RunDeps {
  stdin?: Readable;
  giveUpAfterMs?: number;
  tty?: boolean;
  environment?: SenderEnvironment;
}

export async function run(args: string[], deps: RunDeps = {}) {
  const { stdin = Readable.from([]) as Readable, giveUpAfterMs = 5_000, tty = false, environment = {} } = deps;
  const [stdout, stderr] = [textSink(), textSink()];
  const exitCode = await runImport(args, {
    stdin,
    stdout: stdout.stream,
    stderr: Object.assign(stderr.stream, { isTTY: tty }),
    interrupt: new AbortController().signal,
    giveUpAfterMs,
    environment,
  });
  return { exitCode, stdout: stdout.read(), stderr: stderr.read() };
}

/** `count` lines, one per second from 10:00:00; with `bots`, every fifth is from a bot. */
export function logText(count: number, { bots = false } = {}): string {
  return Array.from({ length: count }, (_, index) => {
    const time = new Date(Date.UTC(2024, 4, 17, 10, 0, index)).toISOString().slice(11, 19);
    const agent = bots && index % 5 === 4 ? BOT : BROWSER;
    return `192.0.2.${index % 250} - - [17/May/2024:${time} +0000] "GET /p${index + 1} HTTP/1.1" 200 5 "-" "${agent}"\n`;
  }).join('');
}

export async function file(name: string, content: string | Buffer): Promise<string> {
  const path = pathOf(name);
  await writeFile(path, content);
  return path;
}

export const paths = (events: LogEvent[]) => events.map(({ path }) => path);
export const numbered = (count: number) => Array.from({ length: count }, (_, index) => `/p${index + 1}`);
export const byNumber = (a: string, b: string) => Number(a.slice(2)) - Number(b.slice(2));
