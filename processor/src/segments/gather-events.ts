/** Raw events, read row by row, as the columns of a segment, their values still texts. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import { eventColumns, propertyColumn, segmentLimits } from '@millrace/shared/segments/segment-columns';
import { sessionId } from '@millrace/shared/segments/session-id';
import { splitProperties } from './split-properties.js';
import { createNumberList, createTextColumn, type TextColumn } from './text-column.js';

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
  columns: Map<string, GatheredColumn>;
  leavesOutMore: boolean;
}

export interface Gatherer {
  readonly rows: number;
  /** Rows come in the order of time and id. */
  add(row: EventRow): void;
  finish(): GatheredEvents;
}

/** The most frequent ones, as many as a segment may have; of equals the ones that came first. */
function keepFrequent(properties: Map<string, TextColumn>): [string, TextColumn][] {
  const byCount = [...properties].sort(([, a], [, b]) => b.count - a.count);
  return byCount.slice(0, segmentLimits.properties);
}

/** `startMs` is where the segment starts. */
export function createGatherer(startMs: number): Gatherer {
  const [time, micros, visitor] = [createNumberList(), createNumberList(), createNumberList()];
  const sessions = createTextColumn();
  const columns = eventColumns.map(({ name }): [string, TextColumn] => [name, createTextColumn()]);
  const properties = new Map<string, TextColumn>();
  let rows = 0;
  function addProperty(name: string, text: string): void {
    if (name.length > segmentLimits.propertyName) return;
    const column = properties.get(name) ?? createTextColumn();
    properties.set(name, column);
    column.add(rows, text);
  }
  return {
    get rows() {
      return rows;
    },
    add([visitorNo, instant, session, json, ...values]) {
      const sinceStart = Number(instant) - startMs * 1_000;
      time.set(rows, Math.floor(sinceStart / 1_000));
      micros.set(rows, sinceStart % 1_000);
      visitor.set(rows, Number(visitorNo));
      if (session !== null) sessions.add(rows, session);
      for (const [at, value] of values.entries()) if (value !== null) columns[at]![1].add(rows, value);
      if (json !== null) splitProperties(json, addProperty);
      rows += 1;
    },
    finish() {
      const order = orderRows([visitor.toArray(rows)]);
      const ordered = (numbers: Uint32Array) => inOrder(numbers, order);
      const kept = keepFrequent(properties);
      const named = [...columns, ...kept.map(([name, column]): [string, TextColumn] => [propertyColumn(name), column])];
      return {
        rows,
        time: ordered(time.toArray(rows)),
        micros: ordered(micros.toArray(rows)),
        visitor: ordered(visitor.toArray(rows)),
        session: ordered(sessions.toPlaces(rows)),
        sessionIds: BigUint64Array.from(sessions.texts, sessionId),
        columns: new Map(
          named.map(([name, column]) => [name, { places: ordered(column.toPlaces(rows)), texts: column.texts }]),
        ),
        leavesOutMore: kept.length < properties.size,
      };
    },
  };
}
