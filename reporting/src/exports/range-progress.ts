import type { Row } from '../datasets/dataset.js';
import type { ResolvedDataset } from '../datasets/read-dataset.js';

/** Returns how many percent of the range lie before a row. Undefined for datasets that are not ordered by time. */
export function rangeProgress({ dataset, params, range }: ResolvedDataset): ((row: Row) => number) | undefined {
  const [first] = dataset.key(params);
  const place = dataset.columns(params).findIndex(({ name }) => name === first?.name);
  const type = dataset.columns(params)[place]?.type;
  const length = range.to.getTime() - range.from.getTime();
  if (first?.direction === 'desc' || (type !== 'instant' && type !== 'date') || length <= 0) return undefined;
  return (row) => {
    const percent = (100 * (Date.parse(row[place]!) - range.from.getTime())) / length;
    // 100 is reserved for the finished file.
    return Math.max(0, Math.min(99, Math.floor(percent))) || 0;
  };
}
