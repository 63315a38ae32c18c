/** Collects the properties of events, each as a column. */
import { hasMoreCharacters } from '@millrace/shared/contract/count-characters';
import { propertyColumn, segmentLimits } from '@millrace/shared/segments/segment-columns';
import { createByteTexts } from './byte-texts.js';
import { createSplitter, type Piece } from './split-properties.js';
import type { TextColumn } from './text-column.js';

interface Property {
  name: Buffer;
  column: TextColumn;
  /** The property that followed it in the previous event, and most likely follows it again. */
  next?: Property;
}

export interface PropertyColumns {
  /** `start` is the offset of the JSON of the properties. */
  add(row: number, json: Buffer, start: number): void;
  columns(): TextColumn[];
  /** The most frequent properties, up to the limit of a segment; ties go to the one seen first. */
  keepFrequent(): { kept: [string, TextColumn][]; leavesOutMore: boolean };
}

function isName(known: Buffer, { bytes, start, end }: Piece): boolean {
  if (known.length !== end - start) return false;
  for (let at = 0; at < known.length; at += 1) if (known[at] !== bytes[start + at]) return false;
  return true;
}

export function createPropertyColumns(createColumn: (name: string) => TextColumn): PropertyColumns {
  const names = createByteTexts();
  const properties: Property[] = [];
  /** Start of an event; its `next` is the first property. */
  const beginning: Pick<Property, 'next'> = {};
  let [row, before] = [0, beginning];
  let leavesOutMore = false;

  /** Undefined for a name too long to be queried, or when the limit is reached. */
  function addProperty({ bytes, start, end }: Piece): Property | undefined {
    const name = bytes.toString('utf8', start, end);
    if (hasMoreCharacters(name, segmentLimits.propertyName)) return undefined;
    if (properties.length >= segmentLimits.knownProperties) {
      leavesOutMore = true;
      return undefined;
    }
    const property = { name: Buffer.from(name), column: createColumn(propertyColumn(name)) };
    names.add(bytes, start, end);
    properties.push(property);
    return property;
  }

  function findProperty(name: Piece): Property | undefined {
    const expected = before.next;
    if (expected && isName(expected.name, name)) return expected;
    const place = names.find(name.bytes, name.start, name.end);
    const found = place > 0 ? properties[place - 1]! : addProperty(name);
    if (found) before.next = found;
    return found;
  }

  const split = createSplitter((name, text) => {
    const property = findProperty(name);
    if (property === undefined) return;
    before = property;
    property.column.add(row, text.bytes, text.start, text.end);
  });

  return {
    columns: () => properties.map(({ column }) => column),
    add(ofRow, json, start) {
      row = ofRow;
      before = beginning;
      split(json, start);
    },
    keepFrequent() {
      const frequency = ({ isFull, count }: TextColumn) => (isFull ? Number.POSITIVE_INFINITY : count);
      const byFrequency = properties
        .map(({ name, column }): [string, TextColumn] => [propertyColumn(name.toString()), column])
        .sort(([, a], [, b]) => (frequency(a) === frequency(b) ? 0 : frequency(b) - frequency(a)));
      const kept = byFrequency.slice(0, segmentLimits.properties);
      return { kept, leavesOutMore: leavesOutMore || kept.length < properties.length };
    },
  };
}
