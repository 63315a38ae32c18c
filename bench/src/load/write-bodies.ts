/** Turns events into the file of request bodies that a load sends. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClosingList } from '@millrace/dev/closing-list';
import { makeThrowAwayFolder } from '@millrace/dev/throw-away-folder';
import { createRandom } from '../create-random.js';
import { makeEvents } from '../make-events.js';
import { makeTraffic } from '../traffic/make-traffic.js';
import { makePageEvents } from './make-page-events.js';

/** Events of one `POST /events` in all measures. */
export const batchSize = 1_000;

/** 1,000 different bodies of one event, for `POST /event`; returns the file's path. */
export function writeSingleBodies(closing: ClosingList): string {
  return writeLines(closing, makeEvents(1_000));
}

/** 20 different bodies of 1,000 events, for `POST /events`; returns the file's path. */
export function writeBatchBodies(closing: ClosingList): string {
  return writeLines(
    closing,
    Array.from({ length: 20 }, (_, index) => makeEvents(batchSize, index)),
  );
}

/** Views of 20,000 visitors, more than ingestion remembers, with everything that can be told of them, for `POST /event`; returns the file's path. */
export function writePageBodies(closing: ClosingList, siteId: string): string {
  return writeLines(closing, makePageEvents(siteId, 20_000));
}

/** Of the events that a live load sends. */
const lateShare = 0.05;
const latestMs = 7_200_000;

/**
 * 5,000 different bodies of one event, of sites of different size, for `POST /event`; returns the file's path. The time of most
 * is when they arrive; one in twenty is up to two hours late, though of the same UTC day.
 */
export function writeLiveBodies(closing: ClosingList, nowMs = Date.now()): string {
  const traffic = makeTraffic({ events: 5_000, fromMs: 0, untilMs: 86_400_000, seed: 3 });
  const random = createRandom(4);
  const mostLateMs = Math.min(latestMs, nowMs % 86_400_000);
  const late = () => ({ timestamp: new Date(nowMs - Math.floor(random() * mostLateMs)).toISOString() });
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
