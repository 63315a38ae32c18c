/** Turns the load given as JSON on the command line into requests of autocannon, and those into one line of result. */
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import type { Load, LoadResult } from './load.js';
import { resultMarker } from './run-tool.js';

const { url, connections, seconds, bodiesFile } = JSON.parse(process.argv[2] ?? '') as Load;
const bodies = readFileSync(bodiesFile, 'utf8').trimEnd().split('\n');
const report = await autocannon({
  url,
  connections,
  duration: seconds,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  requests: bodies.map((body) => ({ body })),
});
const result: LoadResult = {
  ok: report['2xx'],
  failed: report.non2xx + report.errors,
  seconds: report.duration,
  p99Ms: report.latency.p99,
};
process.stdout.write(`${resultMarker}${JSON.stringify(result)}\n`);
