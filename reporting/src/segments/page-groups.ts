/** The rows of an answer: groups in the order that was asked for, cut to the page. */
import { checkBytes, mostBytes } from '../query/answer-bytes.js';
import { ratio, shareOf } from '../query/group-values.js';
import { type Comparable, compareRows } from '../query/order-rows.js';
import type { Dimension, Metric, ResolvedQuery, ResultRow } from '../query/resolved-query.js';
import type { CountedGroups } from './count-groups.js';

/** Values of one group. */
type ValueOf = (group: number, key: Metric | Dimension) => Comparable;

export interface GroupTexts {
  /** Text of a code of a dimension. */
  textOf(dimension: Dimension, code: number): string | null;
  /** Event types that have a metric of their own. */
  types: string[];
}

function valuesOf(query: ResolvedQuery, groups: CountedGroups, texts: GroupTexts): ValueOf {
  return (group, key) => {
    if (key === 'events' || key === 'views' || key === 'visitors') return groups[key][group] ?? 0;
    if (key === 'share') return shareOf(groups.visitors[group]!, groups.all);
    if (key === 'views_per_visitor') return ratio(groups.viewsOfVisitors[group]!, groups.viewers[group]!);
    if (key.startsWith('event:')) {
      // A dimension may have the name of a type.
      const type = texts.types.indexOf(key.slice('event:'.length));
      return groups.ofTypes[type]?.[group] ?? 0;
    }
    const code = groups.keys[query.dimensions.indexOf(key as Dimension)]![group]!;
    return key.startsWith('time:') ? code : texts.textOf(key as Dimension, code);
  };
}

/** A series has every bucket, and without dimensions there is one row, also when nothing happened. */
function withoutHoles({ dimensions, buckets }: ResolvedQuery, groups: CountedGroups): number[] {
  const found = Array.from(groups.events, (_, group) => group);
  const isSeries = dimensions.length === 1 && buckets !== undefined;
  if (!isSeries && dimensions.length > 0) return found;
  const byBucket = new Map(found.map((group) => [isSeries ? groups.keys[0]![group]! : 0, group]));
  return Array.from(
    { length: isSeries ? buckets.labels.length : 1 },
    (_, bucket) => byBucket.get(bucket) ?? -1 - bucket,
  );
}

const rowBytes = 64;

function checkPage(rows: ResultRow[]): void {
  const bytesOf = ({ dimensions }: ResultRow) =>
    dimensions.reduce((sum, text) => sum + (text === null ? 0 : Buffer.byteLength(text)), rowBytes);
  checkBytes(
    rows.reduce((sum, row) => sum + bytesOf(row), 0),
    mostBytes,
  );
}

/** Of a bucket without events; it is numbered by -1 - bucket. */
const ofNothing = (group: number, key: Metric | Dimension, share: number | null): Comparable => {
  if (key.startsWith('time:')) return -1 - group;
  if (key === 'views_per_visitor') return null;
  return key === 'share' ? share : 0;
};

/** @throws ServiceError `invalid_request` for more bytes than an answer may have. */
export function pageGroups(
  query: ResolvedQuery,
  groups: CountedGroups,
  texts: GroupTexts,
): { rows: ResultRow[]; totalRows?: number } {
  const found = valuesOf(query, groups, texts);
  const nothing = shareOf(0, groups.all);
  const read: ValueOf = (group, key) => (group < 0 ? ofNothing(group, key, nothing) : found(group, key));
  const all = withoutHoles(query, groups);
  const sorted = all.sort(compareRows(query, read));
  const rows = sorted.slice(query.offset, query.offset + query.limit).map((group) => ({
    dimensions: query.dimensions.map((key) => {
      const value = read(group, key);
      return key.startsWith('time:') ? query.buckets!.labels[value as number]! : (value as string | null);
    }),
    metrics: query.metrics.map((key) => read(group, key) as number | null),
  }));
  checkPage(rows);
  return { rows, ...(query.totalRows && { totalRows: all.length }) };
}
