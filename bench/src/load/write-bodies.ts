/** Turns events into the file of request bodies that a load sends. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClosingList } from '@millrace/dev/closing-list';
import { makeThrowAwayFolder } from '@millrace/dev/throw-away-folder';
import { makeEvents } from '../make-events.js';
import { makeTraffic } from '../traffic/make-traffic.js';

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

/** 5,000 different bodies of one event, of sites of different size, for `POST /event`; returns the file's path. */
export function writeLiveBodies(closing: ClosingList): string {
  const traffic = makeTraffic({ events: 5_000, fromMs: 0, untilMs: 86_400_000, seed: 3 });
  // Their time is when they arrive.
  return writeLines(
    closing,
    [...traffic].map(({ timeMs: _, event_id: __, ...body }) => body),
  );
}

function writeLines(closing: ClosingList, bodies: unknown[]): string {
  const file = join(makeThrowAwayFolder(closing), 'bodies.ndjson');
  writeFileSync(file, bodies.map((body) => `${JSON.stringify(body)}\n`).join(''));
  return file;
}
