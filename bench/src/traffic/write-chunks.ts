/** Turns traffic into files that Postgres reads with COPY, each with the marks that belong to its events. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as stepAside } from 'node:timers/promises';
import { intervalMs } from '@millrace/shared/contract/rollups';
import { contextColumns, splitContext } from './context-columns.js';
import type { TrafficEvent } from './make-session.js';
import { makeTraffic, type TrafficPlan } from './make-traffic.js';

export interface Chunk {
  file: string;
  /** Sites and starts of the intervals that events fall into, side by side, each pair once. */
  marks: { sites: string[]; seconds: number[] };
}

const eventColumns =
  'site_id, timestamp, event_id, event_type, path, user_id, session_id, profile_id, referrer, properties';

/** In the order of the files. */
export const copyColumns = ({ hasContext = false }: TrafficPlan): string =>
  hasContext ? `${eventColumns}, ${contextColumns.join(', ')}` : eventColumns;

/** Events of one file. */
const chunkSize = 200_000;
/** Events that are written at once: few enough to die young, which spares the collector of garbage most of its work. */
const pieceSize = 1_000;

/** No value of ours holds a tab, a line break or a backslash, which would have to be escaped. */
export function copyLine(event: TrafficEvent, hasContext = false): string {
  if (hasContext) return contextLine(event);
  const { user_id = '\\N', session_id = '\\N', profile_id = '\\N', referrer = '\\N', properties } = event;
  const json = properties ? JSON.stringify(properties) : '\\N';
  const key = `${event.site_id}\t${new Date(event.timeMs).toISOString()}\t${event.event_id}`;
  return `${key}\t${event.event_type}\t${event.path}\t${user_id}\t${session_id}\t${profile_id}\t${referrer}\t${json}\n`;
}

/** What is known of visitor and page stands in columns of its own instead of properties. */
function contextLine(event: TrafficEvent): string {
  const { context, properties } = splitContext(event);
  const values = contextColumns.map((name) => context[name] ?? '\\N').join('\t');
  return `${copyLine({ ...event, properties }).slice(0, -1)}\t${values}\n`;
}

type Starts = Map<string, Set<number>>;

function addMark(starts: Starts, { site_id, timeMs }: TrafficEvent): void {
  const ofSite = starts.get(site_id) ?? new Set();
  starts.set(site_id, ofSite.add((Math.floor(timeMs / intervalMs) * intervalMs) / 1_000));
}

function toMarks(starts: Starts): Chunk['marks'] {
  const pairs = [...starts].flatMap(([site, ofSite]) => [...ofSite].map((seconds) => ({ site, seconds })));
  return { sites: pairs.map(({ site }) => site), seconds: pairs.map(({ seconds }) => seconds) };
}

/** Undefined when `events` has no more. Steps aside after each piece, so that others get on with what they wait for. */
async function writeChunk(
  file: string,
  events: Generator<TrafficEvent>,
  hasContext?: boolean,
): Promise<Chunk | undefined> {
  const target = openSync(file, 'w');
  const starts: Starts = new Map();
  try {
    for (let written = 0; written < chunkSize; written += pieceSize) {
      let piece = '';
      for (let size = 0; size < pieceSize; size += 1) {
        const next = events.next();
        if (next.done) break;
        piece += copyLine(next.value, hasContext);
        addMark(starts, next.value);
      }
      if (piece === '') break;
      writeSync(target, piece);
      await stepAside();
    }
  } finally {
    closeSync(target);
  }
  return starts.size > 0 ? { file, marks: toMarks(starts) } : undefined;
}

/** Files of `folder`, which whoever gets them removes. */
export async function* writeChunks(folder: string, plan: TrafficPlan): AsyncGenerator<Chunk> {
  const events = makeTraffic(plan);
  for (let number = 1; ; number += 1) {
    const chunk = await writeChunk(join(folder, `chunk-${number}`), events, plan.hasContext);
    if (chunk === undefined) return;
    yield chunk;
  }
}
