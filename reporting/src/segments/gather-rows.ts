/** Copies selected rows into parts of their own, for several counts over the same selection. */
import type { Numbers } from '@millrace/shared/segments/number-block';
import type { Part } from './part.js';
import type { SelectedRows } from './select-parts.js';
import { pick } from './select-rows.js';

export interface GatheredRows {
  /** Parts with `columns`. Columns in `later` that were gathered before are kept for the next call; others are dropped. */
  partsWith(columns: ReadonlySet<string>, later: ReadonlySet<string>): Part[];
}

function gather({ part, rows }: SelectedRows): (columns: ReadonlySet<string>, later: ReadonlySet<string>) => Part {
  const { startMs, columns: all } = part;
  if (rows === 'all') return () => ({ rows: part.rows, startMs, columns: all });
  const kept = new Map<string, Numbers>();
  return (columns, later) => {
    for (const column of kept.keys()) if (!columns.has(column) && !later.has(column)) kept.delete(column);
    for (const column of columns) {
      const numbers = kept.has(column) ? undefined : pick(part.columns.get(column), rows);
      if (numbers) kept.set(column, numbers);
    }
    return { rows: rows.length, startMs, columns: kept };
  };
}

/** Columns are gathered on first use. */
export function gatherRows(selected: SelectedRows[]): GatheredRows {
  const gathered = selected.filter(({ rows }) => rows.length > 0).map(gather);
  return { partsWith: (columns, later) => gathered.map((columnsOf) => columnsOf(columns, later)) };
}
