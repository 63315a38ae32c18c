import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { TrafficEvent } from './make-session.js';
import { makeTraffic, type TrafficPlan } from './make-traffic.js';

const named =
  'hostname country region city browser browser_version os os_version device language screen timezone'.split(' ');
const campaigns = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content'];

const contextColumns: readonly string[] = [...named, ...campaigns, 'source', 'channel'];

/** Channel of a medium; a referrer without a medium is a referral. */
const channels: Record<string, string> = {
  email: 'Email',
  cpc: 'Paid Search',
  social: 'Organic Social',
  organic: 'Organic Search',
  affiliate: 'Affiliates',
  display: 'Display',
};

const hostOf = (referrer: string | undefined) => (referrer === undefined ? undefined : new URL(referrer).hostname);

type Values = Record<string, string | number | undefined>;

/** Separates the properties that have a column from the others. */
function splitContext({ properties = {}, referrer }: TrafficEvent): { context: Values; properties: Values } {
  const given = properties as Values;
  const isColumn = (name: string) => contextColumns.includes(name);
  const split = (keep: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => keep(name)));
  const host = hostOf(referrer);
  const channel = given.utm_medium ? channels[String(given.utm_medium)] : host ? 'Referral' : 'Direct';
  return {
    context: { ...split(isColumn), source: given.utm_source ?? host, channel },
    properties: split((name) => !isColumn(name)),
  };
}

export interface Chunk {
  file: string;
  /** Each site and interval start with events, once, as parallel arrays. */
  marks: { sites: string[]; seconds: number[] };
}

const eventColumns =
  'site_id, timestamp, event_id, event_type, path, user_id, session_id, profile_id, referrer, properties';

export const copyColumns = ({ hasContext = false }: TrafficPlan): string =>
  hasContext ? `${eventColumns}, ${contextColumns.join(', ')}` : eventColumns;

/** Events per file. */
const chunkSize = 200_000;
/** Events per write: few enough to be garbage before they are promoted, which saves most of the collector's work. */
const pieceSize = 1_000;

/** Nothing is escaped: no generated value contains a tab, a line break or a backslash. */
export function copyLine(event: TrafficEvent, hasContext = false): string {
  if (hasContext) return contextLine(event);
  const { user_id = '\\N', session_id = '\\N', profile_id = '\\N', referrer = '\\N', properties } = event;
  const json = properties ? JSON.stringify(properties) : '\\N';
  const key = `${event.site_id}\t${new Date(event.timeMs).toISOString()}\t${event.event_id}`;
  return `${key}\t${event.event_type}\t${event.path}\t${user_id}\t${session_id}\t${profile_id}\t${referrer}\t${json}\n`;
}

/** Enrichments go into columns instead of properties. */
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

/** Returns undefined when `events` is exhausted. Yields to the event loop after each piece, so that copies make progress. */
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
      await yieldToEventLoop();
    }
  } finally {
    closeSync(target);
  }
  return starts.size > 0 ? { file, marks: toMarks(starts) } : undefined;
}

/** Writes COPY files into `folder`, which the caller deletes. */
export async function* writeChunks(folder: string, plan: TrafficPlan): AsyncGenerator<Chunk> {
  const events = makeTraffic(plan);
  for (let number = 1; ; number += 1) {
    const chunk = await writeChunk(join(folder, `chunk-${number}`), events, plan.hasContext);
    if (chunk === undefined) return;
    yield chunk;
  }
}
