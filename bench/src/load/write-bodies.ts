import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { makeThrowAwayFolder } from '@millrace/dev/stores/throw-away-folder';
import { dayMs } from '@millrace/shared/time/durations';
import { createRandom } from '../traffic/create-random.js';
import { makeTraffic } from '../traffic/make-traffic.js';
import { makeEvents, makePageEvents } from './make-events.js';

/** Events per `POST /events` in all measures. */
export const batchSize = 1_000;

/** 1,000 different events for `POST /event`. Returns the file's path. */
export function writeSingleBodies(closing: ClosingList): string {
  return writeLines(closing, makeEvents(1_000));
}

/** 20 different bodies of 1,000 events for `POST /events`. Returns the file's path. */
export function writeBatchBodies(closing: ClosingList): string {
  return writeLines(
    closing,
    Array.from({ length: 20 }, (_, index) => makeEvents(batchSize, index)),
  );
}

/** Views by 20,000 visitors, more than ingestion caches, for `POST /event`; all enrichments apply. Returns the file's path. */
export function writePageBodies(closing: ClosingList, siteId: string): string {
  return writeLines(closing, makePageEvents(siteId, 20_000));
}

/** Share of events in a live load that arrive late. */
const lateShare = 0.05;
const maxLateMs = 7_200_000;

/**
 * 5,000 different events of sites of different sizes for `POST /event`. Most are timestamped on arrival; one in twenty is up to two
 * hours late, within the same UTC day. Returns the file's path.
 */
export function writeLiveBodies(closing: ClosingList, nowMs = Date.now()): string {
  const traffic = makeTraffic({ events: 5_000, fromMs: 0, untilMs: dayMs, seed: 3 });
  const random = createRandom(4);
  const lateLimitMs = Math.min(maxLateMs, nowMs % dayMs);
  const late = () => ({ timestamp: new Date(nowMs - Math.floor(random() * lateLimitMs)).toISOString() });
  const bodies = [...traffic].map(({ timeMs: _, event_id: __, ...body }) => ({
    ...body,
    ...(random() < lateShare && late()),
  }));
  return writeLines(closing, bodies);
}

function writeLines(closing: ClosingList, bodies: unknown[]): string {
  const file = join(makeThrowAwayFolder(closing), 'bodies.ndjson');
  writeFileSync(file, bodies.map((body) => `${JSON.stringify(body)}\n`).join(''));
  return file;
}
