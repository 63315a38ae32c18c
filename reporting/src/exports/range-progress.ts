/** How far rows have come through the range of their dataset, as far as their key tells. */
import type { Row } from '../datasets/dataset.js';
import type { ResolvedDataset } from '../datasets/read-dataset.js';

/** Percent of the range that lies before a row; undefined for datasets whose rows are not in the order of time. */
export function rangeProgress({ dataset, params, range }: ResolvedDataset): ((row: Row) => number) | undefined {
  const [first] = dataset.key(params);
  const place = dataset.columns(params).findIndex(({ name }) => name === first?.name);
  const type = dataset.columns(params)[place]?.type;
  const length = range.to.getTime() - range.from.getTime();
  if (first?.direction === 'desc' || (type !== 'instant' && type !== 'date') || length <= 0) return undefined;
  return (row) => {
    const percent = (100 * (Date.parse(row[place]!) - range.from.getTime())) / length;
    // 100 is for a file that is whole.
    return Math.max(0, Math.min(99, Math.floor(percent))) || 0;
  };
}
