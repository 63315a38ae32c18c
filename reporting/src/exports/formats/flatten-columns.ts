import type { Column, Row } from '../../datasets/dataset.js';
import { jsonMembers } from './json-members.js';
import { plainText } from './plain-text.js';

/** Columns that stand for one column, and their values out of its value. */
interface Spread {
  columns: Column[];
  values: (text: string | null) => Row;
}

/**
 * Columns of a spreadsheet: a JSON column with declared fields becomes one column for each, named with dots (`summary.totalUsers`). A
 * column without them stays one cell, so that the columns of a file depend on its dataset alone, never on its rows.
 */
export function flattenColumns(columns: Column[]): { columns: Column[]; flatten: (row: Row) => Row } {
  if (!columns.some(({ fields }) => fields)) return { columns, flatten: (row) => row };
  const spreads = columns.map(spread);
  return {
    columns: spreads.flatMap((each) => each.columns),
    flatten: (row) => spreads.flatMap(({ values }, place) => values(row[place] ?? null)),
  };
}

function spread(column: Column): Spread {
  if (!column.fields) return { columns: [column], values: (text) => [text] };
  const inner = column.fields.map((field) => ({ field, ...spread(field) }));
  return {
    columns: inner.flatMap(({ columns }) =>
      columns.map((each) => ({
        ...each,
        name: `${column.name}.${each.name}`,
        title: `${column.title}: ${each.title}`,
      })),
    ),
    values: (text) => {
      const members = jsonMembers(text ?? '');
      return inner.flatMap(({ field, values }) => values(fieldText(field, members.get(field.name))));
    },
  };
}

function fieldText({ type }: Column, json: string | undefined): string | null {
  if (json === undefined) return null;
  return type === 'json' ? json : plainText(json);
}
