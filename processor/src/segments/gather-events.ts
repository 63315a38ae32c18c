/** Raw events, read row by row, as the columns of a segment, their values still texts. */
import { type RowBytes, readMicros } from '@millrace/shared/platform/read-rows';
import type { Numbers } from '@millrace/shared/segments/number-block';
import { inOrder, orderRows } from '@millrace/shared/segments/order-rows';
import { segmentColumns, segmentLimits, valuesLimit } from '@millrace/shared/segments/segment-columns';
import { sessionId } from '@millrace/shared/segments/segment-format';
import type { ByteTexts } from './byte-texts.js';
import { createNumberList } from './number-list.js';
import { createPropertyColumns } from './property-columns.js';
import { createTextColumn, type TextColumn } from './text-column.js';

/** What is selected of an event: time, user, session, properties as text, and the columns of events. */
export const eventFields = [
  'timestamp',
  'user_id',
  'session_id',
  'properties::text',
  ...segmentColumns.map(({ sql }) => sql),
];
const [timeField, userField, sessionField, propertiesField, firstField] = [0, 1, 2, 3, 4];

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
  readonly users: ByteTexts;
  /** Rows have {@link eventFields}, and come in the order of time and id. */
  add(row: RowBytes): void;
  /** `visitors` has the number of each user, by place. */
  finish(visitors: Uint32Array): GatheredEvents;
}

/** Each row has one at most. */
function createIdColumn(): TextColumn {
  const { POSITIVE_INFINITY: none } = Number;
  return createTextColumn({ texts: none, characters: none, room: { characters: none } });
}

const toColumn = ({ isFull, texts, toPlaces }: TextColumn, rows: number): GatheredColumn | undefined =>
  isFull ? undefined : { places: toPlaces(rows), texts: texts.toTexts() };

function hashSessions({ size, bytesAt }: ByteTexts): BigUint64Array {
  const hashes = new BigUint64Array(size);
  for (let place = 1; place <= size; place += 1) hashes[place - 1] = sessionId(bytesAt(place));
  return hashes;
}

/** `startMs` is where the segment starts. */
export function createGatherer(startMs: number): Gatherer {
  const startMicros = startMs * 1_000;
  const [time, micros] = [createNumberList(), createNumberList()];
  const [users, sessions] = [createIdColumn(), createIdColumn()];
  const room = { characters: segmentLimits.segmentCharacters };
  const createColumn = (name: string) =>
    createTextColumn({ texts: valuesLimit(name), characters: segmentLimits.valueCharacters, room });
  const columns = segmentColumns.map(({ name }): [string, TextColumn] => [name, createColumn(name)]);
  const properties = createPropertyColumns(createColumn);
  let rows = 0;
  const addField = (column: TextColumn, { bytes, starts, ends }: RowBytes, field: number) => {
    if (starts[field]! >= 0) column.add(rows, bytes, starts[field]!, ends[field]!);
  };
  function leaveLargestOut(): void {
    const all = [...columns.map(([, column]) => column), ...properties.columns()];
    all.reduce((largest, column) => (column.characters > largest.characters ? column : largest)).fill();
  }
  return {
    get rows() {
      return rows;
    },
    users: users.texts,
    add(row) {
      const sinceStart = readMicros(row, timeField) - startMicros;
      time.push(Math.floor(sinceStart / 1_000));
      micros.push(sinceStart % 1_000);
      addField(users, row, userField);
      addField(sessions, row, sessionField);
      const json = row.starts[propertiesField]!;
      if (json >= 0) properties.add(rows, row.bytes, json);
      for (let at = 0; at < columns.length; at += 1) addField(columns[at]![1], row, firstField + at);
      rows += 1;
      while (room.characters < 0) leaveLargestOut();
    },
    finish(visitors) {
      const visitor = users.toPlaces(rows).map((place) => (place === 0 ? 0 : visitors[place]!));
      const order = orderRows([visitor]);
      const ordered = (numbers: Uint32Array) => inOrder(numbers, order);
      const { kept, leavesOutMore } = properties.keepFrequent();
      const gathered = [...columns, ...kept].map(([name, column]): [string, GatheredColumn | undefined] => {
        const found = toColumn(column, rows);
        return [name, found && { ...found, places: ordered(found.places) }];
      });
      return {
        rows,
        time: ordered(time.toArray()),
        micros: ordered(micros.toArray()),
        visitor: ordered(visitor),
        session: ordered(sessions.toPlaces(rows)),
        sessionIds: hashSessions(sessions.texts),
        columns: new Map(gathered),
        leavesOutMore,
      };
    },
  };
}
