/** Raw events, read row by row, as the columns of a segment, their values still texts. */
import { hasMoreCharacters } from '@millrace/shared/count-characters';
import type { Numbers } from '@millrace/shared/segments/number-block';
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import { eventColumns, propertyColumn, segmentLimits, valuesLimit } from '@millrace/shared/segments/segment-columns';
import { sessionId } from '@millrace/shared/segments/session-id';
import { splitProperties } from './split-properties.js';
import { createNumberList, createTextColumn, type TextColumn, type TextLimits } from './text-column.js';

/** One event: number of the visitor, microseconds since 1970, id of the session, properties, and the columns of events. */
export type EventRow = [
  visitor: string,
  micros: string,
  session: string | null,
  properties: string | null,
  ...columns: (string | null)[],
];

/** A column: for each row the place of its text from 1 on, 0 for none. */
export interface GatheredColumn {
  places: Uint32Array;
  texts: string[];
}

/** In the order of visitor, time and id. */
export interface GatheredEvents {
  rows: number;
  /** Milliseconds since the start. */
  time: Uint32Array;
  micros: Numbers;
  visitor: Uint32Array;
  /** Places in `sessionIds` from 1 on. */
  session: Uint32Array;
  sessionIds: BigUint64Array;
  /** Undefined for a column that has too many values. */
  columns: Map<string, GatheredColumn | undefined>;
  leavesOutMore: boolean;
}

export interface Gatherer {
  readonly rows: number;
  /** Rows come in the order of time and id. */
  add(row: EventRow): void;
  finish(): GatheredEvents;
}

type Room = TextLimits['room'];

const createColumn = (name: string, room: Room): TextColumn =>
  createTextColumn({ texts: valuesLimit(name), characters: segmentLimits.valueCharacters, room });

/** Each row has one at most. */
function createSessionColumn(): TextColumn {
  const { POSITIVE_INFINITY: none } = Number;
  return createTextColumn({ texts: none, characters: none, room: { characters: none } });
}

/** The properties of events as they come, each a column. */
function createPropertyColumns(room: Room) {
  const columns = new Map<string, TextColumn>();
  let leavesOutMore = false;
  /** Undefined for a name that no question may have, or one too many. */
  function addColumn(name: string): TextColumn | undefined {
    if (hasMoreCharacters(name, segmentLimits.propertyName)) return undefined;
    if (columns.size >= segmentLimits.knownProperties) {
      leavesOutMore = true;
      return undefined;
    }
    const column = createColumn(propertyColumn(name), room);
    columns.set(name, column);
    return column;
  }
  return {
    columns,
    add(row: number, name: string, text: string): void {
      (columns.get(name) ?? addColumn(name))?.add(row, text);
    },
    /** The most frequent ones, as many as a segment may have; of equals the ones that came first. */
    keepFrequent(): { kept: [string, TextColumn][]; leavesOutMore: boolean } {
      const all = [...columns].map(([name, column]): [string, TextColumn] => [propertyColumn(name), column]);
      const frequency = ({ isFull, count }: TextColumn) => (isFull ? Number.POSITIVE_INFINITY : count);
      const kept = all.sort(([, a], [, b]) => (frequency(a) === frequency(b) ? 0 : frequency(b) - frequency(a)));
      kept.length = Math.min(kept.length, segmentLimits.properties);
      return { kept, leavesOutMore: leavesOutMore || kept.length < columns.size };
    },
  };
}

/** `startMs` is where the segment starts. */
export function createGatherer(startMs: number): Gatherer {
  const startMicros = startMs * 1_000;
  const [time, micros, visitor] = [createNumberList(), createNumberList(), createNumberList()];
  const sessions = createSessionColumn();
  const room: Room = { characters: segmentLimits.segmentCharacters };
  const columns = eventColumns.map(({ name }): [string, TextColumn] => [name, createColumn(name, room)]);
  const properties = createPropertyColumns(room);
  let rows = 0;
  const addProperty = (name: string, text: string) => properties.add(rows, name, text);
  function leaveLargestOut(): void {
    const all = [...columns.map(([, column]) => column), ...properties.columns.values()];
    all.reduce((largest, column) => (column.characters > largest.characters ? column : largest)).fill();
  }
  return {
    get rows() {
      return rows;
    },
    add(row) {
      const sinceStart = Number(row[1]) - startMicros;
      time.push(Math.floor(sinceStart / 1_000));
      micros.push(sinceStart % 1_000);
      visitor.push(Number(row[0]));
      if (row[2] !== null) sessions.add(rows, row[2]);
      if (row[3] !== null) splitProperties(row[3], addProperty);
      for (let at = 0; at < columns.length; at += 1) {
        const value = row[at + 4] as string | null;
        if (value !== null) columns[at]![1].add(rows, value);
      }
      rows += 1;
      while (room.characters < 0) leaveLargestOut();
    },
    finish() {
      const order = orderRows([visitor.toArray()]);
      const ordered = (numbers: Uint32Array) => inOrder(numbers, order);
      const { kept, leavesOutMore } = properties.keepFrequent();
      return {
        rows,
        time: ordered(time.toArray()),
        micros: ordered(micros.toArray()),
        visitor: ordered(visitor.toArray()),
        session: ordered(sessions.toPlaces(rows)),
        sessionIds: BigUint64Array.from(sessions.texts, sessionId),
        columns: new Map(
          [...columns, ...kept].map(([name, column]) => [
            name,
            column.isFull ? undefined : { places: ordered(column.toPlaces(rows)), texts: column.texts },
          ]),
        ),
        leavesOutMore,
      };
    },
  };
}
