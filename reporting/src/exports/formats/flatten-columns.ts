import type { Column, Row } from '../../datasets/dataset.js';
import { jsonMembers, plainText } from './json-members.js';

/** The columns that replace one column, and how to get their values from its value. */
interface Spread {
  columns: Column[];
  values: (text: string | null) => Row;
}

/**
 * Splits each JSON column with declared fields into one column per field, named with dots (`summary.totalUsers`). Other JSON columns stay
 * a single cell, so the columns of a file depend only on its dataset, never on its rows.
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
