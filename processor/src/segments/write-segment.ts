import type { PoolClient } from '@millrace/shared/platform/postgres';
import { countIntervals, type IntervalRanges, startOf } from '@millrace/shared/segments/interval-ranges';
import { createPacker, type PackedSegment } from '@millrace/shared/segments/segment-format';
import type { CodesByColumn } from './assign-codes.js';
import type { GatheredEvents } from './gather-events.js';
import { numberSessions } from './number-sessions.js';

/** `packed` is undefined if there are too many events for a segment: queries read raw events instead. */
export interface NewSegment {
  covers: IntervalRanges;
  rows: number;
  packed: PackedSegment | undefined;
}

const insert = `/* processor.insertSegment */
insert into segments (site_id, starts, ends, covers, rows, directory, data) values ($1, $2, $3, $4, $5, $6, $7)`;

/** Requires the claim of the site, and the transaction that removes the marks of the covered intervals. */
export async function storeSegment(client: PoolClient, siteId: string, segment: NewSegment): Promise<void> {
  const { covers, rows, packed } = segment;
  if (countIntervals(covers) === 0) return;
  const [starts, ends] = [startOf(covers[0]!), startOf(covers.at(-1)!)];
  const directory = packed && JSON.stringify(packed.directory);
  await client.query(insert, [siteId, starts, ends, covers, rows, directory, packed?.data]);
}

/** Replaces indexes of texts by codes of the site's dictionary. */
function codesOf(places: Uint32Array, codes: Uint32Array): Uint32Array {
  return places.map((place) => (place === 0 ? 0 : codes[place - 1]!));
}

export function packEvents(events: GatheredEvents, codes: CodesByColumn): PackedSegment {
  const packer = createPacker(events.rows);
  packer.addNumbers('time', events.time, 'jumps');
  packer.addNumbers('micros', events.micros, 'codes');
  packer.addNumbers('visitor', events.visitor, 'steps');
  const { session, ids } = numberSessions(events.session, events.sessionIds);
  packer.addNumbers('session', session, 'jumps');
  packer.addIds('session_ids', ids);
  const leftOut: string[] = [];
  for (const [name, column] of events.columns) {
    const ofColumn = column && codes.get(name);
    if (ofColumn === undefined) leftOut.push(name);
    else packer.addNumbers(name, codesOf(column!.indexes, ofColumn), 'codes');
  }
  return packer.finish({ leftOut: leftOut.sort(), leavesOutMore: events.leavesOutMore });
}
