/** Sends requests evenly at a given rate and prints the result. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { resultMarker } from './run-tool.js';
import type { SteadyLoad, SteadyResult } from './steady-load.js';

const { url, perSecond, seconds, bodiesFile } = JSON.parse(process.argv[2] ?? '') as SteadyLoad;
const bodies = readFileSync(bodiesFile, 'utf8').trimEnd().split('\n');
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const tickMs = 10;
const result: SteadyResult = { sent: 0, ok: 0, failed: 0 };

function send(body: string): void {
  const fail = (problem: string) => {
    result.failed += 1;
    result.firstFailure ??= problem;
  };
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const call = request(url, { method: 'POST', agent, headers }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      if (response.statusCode === 200) result.ok += 1;
      else fail(`status ${response.statusCode}: ${Buffer.concat(chunks).toString().slice(0, 300)}`);
    });
  });
  call.on('error', (error) => fail(error.message));
  call.end(body);
}

/** Resolves when all responses have arrived. A late tick sends what earlier ones missed, so that the rate holds. */
function sendSteadily(): Promise<void> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = Math.min((performance.now() - startedAt) / 1_000, seconds);
      for (const due = Math.floor(elapsed * perSecond); result.sent < due; result.sent += 1) {
        send(bodies[result.sent % bodies.length] ?? '');
      }
      if (elapsed < seconds || result.ok + result.failed < result.sent) return;
      clearInterval(timer);
      resolve();
    }, tickMs);
  });
}

await sendSteadily();
process.stdout.write(`${resultMarker}${JSON.stringify(result)}\n`);
process.exit(0);
