/** Reads datasets over HTTP: all at once, or page by page. */
import type { Express } from 'express';
import request from 'supertest';
import { unitsOf } from './naive-money.js';

export type Rows = Record<string, unknown>[];

const written = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : value);

export async function readPage(app: Express, dataset: string, query: Record<string, unknown>) {
  const parameters = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, written(value)]));
  const { body, status } = await request(app).get(`/api/v1/datasets/${dataset}/rows`).query(parameters);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)} to ${dataset} ${JSON.stringify(parameters)}`);
  return body as {
    rows: Rows;
    next: string | null;
    columns: { name: string; type: string }[];
    meta: object;
    query: object;
  };
}

/** Rows of all pages; `between` runs after each page. */
export async function readPages(
  app: Express,
  dataset: string,
  query: Record<string, unknown>,
  between: () => Promise<unknown> = async () => {},
): Promise<Rows> {
  const rows: Rows = [];
  let after: string | null | undefined;
  do {
    const page = await readPage(app, dataset, { ...query, ...(after && { after }) });
    rows.push(...page.rows);
    after = page.next;
    if (rows.length > 10_000) throw new Error(`${dataset} has no last page`);
    await between();
  } while (after !== null);
  return rows;
}

/** The columns `names`, with decimals as whole numbers. */
export async function readFigures(app: Express, dataset: string, query: Record<string, unknown>, names?: string[]) {
  const { rows, columns } = await readPage(app, dataset, { page_size: 10_000, ...query });
  const shown = columns.filter(({ name }) => names?.includes(name) ?? true);
  return rows.map((row) =>
    Object.fromEntries(
      shown.map(({ name, type }) => {
        const value = row[name];
        return [name, type === 'decimal' && typeof value === 'string' ? unitsOf(value) : value];
      }),
    ),
  );
}
