/** A question that bars are set for: as it is asked over HTTP, and as SQL. */
import type { Dialect } from './dialect.js';

export type Value = string | number | null;
/** Rows of an answer: dimensions first, then metrics. */
export type Table = Value[][];

export interface QueryCase {
  /** A short name, a colon, and the question in words. */
  name: string;
  path: '/api/v1/query' | '/api/v1/query/batch' | '/api/v1/funnel' | '/api/v1/retention';
  body: Record<string, unknown>;
  /** The tables of an answer. */
  read(answer: unknown): Table[];
  /** One statement or several; their results, in order, are what `shape` gets. */
  sql(dialect: Dialect): string[];
  /** The same tables from the results of the statements; those themselves where it is absent. */
  shape?(results: Table[], dialect: Dialect): Table[];
  /** Of p95. */
  limitMs: number;
  /** How many times faster than plain SQL; absent where there is no bar. */
  atLeast?: number;
}

export interface ApiRow {
  dimensions: Value[];
  metrics: Value[];
}

export const tableOf = (rows: ApiRow[]): Table => rows.map(({ dimensions, metrics }) => [...dimensions, ...metrics]);

/** Two decimals, halves away from zero, as the API rounds. */
export const rounded = (value: number) => Math.round(value * 100) / 100;

export const shortName = ({ name }: QueryCase) => name.slice(0, name.indexOf(':'));
