/** The parser, the engines and the documentation all have exactly the names in the catalogue. */
import { segmentColumns } from '@millrace/shared/segments/segment-columns';
import { expect, it } from 'vitest';
import { dimensionsText, metricsText, renderDefinitions } from '../src/openapi/render-definitions.js';
import { type DimensionEntry, dimensions, timeUnits } from '../src/query/dimension-catalogue.js';
import { type MetricEntry, metricEntry, metricFamilies, metrics } from '../src/query/metric-catalogue.js';
import { rawColumn } from '../src/query/raw-columns.js';
import { parseQuery } from '../src/query-request/parse-query.js';
import { resolveQuery } from '../src/query-request/resolve-query.js';
import { createSqlParameters } from '../src/reading/sql-parameters.js';
import { planSegmentQuery } from '../src/segments/plan-segment-query.js';

const aliasesOf = ({ name, aliases = [] }: MetricEntry | DimensionEntry): [string, string][] =>
  Array.isArray(aliases) ? aliases.map((alias) => [alias, name]) : Object.entries(aliases);

/** An example of a name in a family. */
const exampleOf = (name: string) =>
  name.replace('<type>', 'signup').replace('<name>', 'plan').replace('<dimension>', 'property:plan');

const ask = (more: object) =>
  parseQuery({ site_id: 'demo', metrics: ['events'], date_range: ['2025-11-14', '2025-11-14'], ...more });

const grouping = dimensions.filter(({ kind }) => kind !== 'person').map(({ name }) => exampleOf(name));
const filtering = dimensions.map(({ name }) => exampleOf(name));

it('has no duplicate names or aliases', () => {
  const names = [...metrics, ...metricFamilies, ...dimensions, ...timeUnits].map(({ name }) => name);
  const aliases = [...metrics, ...dimensions].flatMap(aliasesOf).map(([alias]) => alias);
  const all = [...names, ...aliases];
  expect(all.filter((name, at) => all.indexOf(name) < at)).toEqual([]);
});

it('has the names that a query accepts, including aliases', () => {
  for (const { name } of [...metrics, ...metricFamilies]) {
    expect(ask({ metrics: [exampleOf(name)] }).metrics).toEqual([exampleOf(name)]);
    expect(metricEntry(exampleOf(name))?.name).toBe(name);
  }
  for (const [alias, name] of metrics.flatMap(aliasesOf)) expect(ask({ metrics: [alias] }).metrics).toEqual([name]);
  for (const name of grouping) expect(ask({ dimensions: [name] }).dimensions).toEqual([name]);
  for (const [alias, name] of dimensions.flatMap(aliasesOf)) {
    expect(ask({ dimensions: [alias] }).dimensions).toEqual([name]);
  }
  for (const { name } of timeUnits) expect(ask({ dimensions: [`time:${name}`] }).dimensions).toEqual([`time:${name}`]);
  for (const dimension of filtering) {
    expect(ask({ filters: ['is', dimension, ['x']] }).filter).toMatchObject({ dimension });
  }
});

it('has the names that the OpenAPI document and docs/query.md define', () => {
  const page = renderDefinitions();
  for (const { name, definition } of [...metrics, ...metricFamilies]) {
    expect(metricsText()).toContain(`- \`${name}\`: ${definition}`);
    expect(page).toContain(`| \`${name}\` | ${definition} |`);
  }
  for (const { name, definition } of [
    ...dimensions,
    ...timeUnits.map((unit) => ({ ...unit, name: `time:${unit.name}` })),
  ]) {
    expect(dimensionsText()).toContain(`- \`${name}\`: ${definition}`);
    expect(page).toContain(`| \`${name}\` | ${definition} |`);
  }
});

it('has a column in both engines for each dimension except session ids, which only raw events have', () => {
  const columns = new Set<string>([...segmentColumns.map(({ name }) => name), 'property:plan']);
  for (const name of filtering) {
    const request = ask({ filters: ['is', name, ['x']] });
    const plan = planSegmentQuery(resolveQuery(request, { now: new Date('2025-11-15Z'), siteTimezone: 'UTC' }));
    expect(plan === undefined, name).toBe(name === 'session_id');
    expect(plan?.coded.filter((column) => !columns.has(column)) ?? []).toEqual([]);
    expect(rawColumn(name as never, createSqlParameters('demo')).sql, name).toMatch(/\w/);
  }
});
