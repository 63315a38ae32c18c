import type { PoolClient } from '@millrace/shared/platform/postgres';
import { expect, it } from 'vitest';
import type { Condition } from '../../src/query/resolved-query.js';
import type { ColumnValues } from '../../src/segments/dictionaries.js';
import { matchingCodes } from '../../src/segments/matching-codes.js';

const valuesOf = (texts: string[]): ColumnValues => ({
  ...{ column: 'path', stored: texts.length, texts, added: [], size: () => texts.length },
  textOf: (code) => (code === 0 ? null : texts[code - 1]!),
  codeOf: (text) => texts.indexOf(text) + 1,
});

/** The matching codes with a fake Postgres, and the number of statements sent to it. */
async function fit(condition: Omit<Condition, 'dimension'>, texts: string[], ofPostgres: number[] = []) {
  let statements = 0;
  const query = async () => {
    statements += 1;
    return { rows: ofPostgres.map((code) => ({ code })) };
  };
  const asking = { client: { query } as unknown as PoolClient, siteId: 'demo', hostnames: new Set<string>() };
  const fitting = await matchingCodes(asking, { dimension: 'path', ...condition } as Condition, valuesOf(texts));
  return { statements, codes: [...fitting.keys()].filter((code) => fitting[code] === 1) };
}

const pathsTo = (count: number) => Array.from({ length: count }, (_, at) => `/path/${at}`);

it('looks up ten thousand values among many without comparing every pair', { timeout: 30_000 }, async () => {
  const paths = pathsTo(300_000);
  const chosen = paths.filter((_, at) => at % 30 === 7);
  const { statements, codes } = await fit({ op: 'is', values: [...chosen, '/none'] }, paths);
  expect([statements, codes.length, codes[0], codes.at(-1)]).toEqual([0, 10_000, 8, 299_978]);
  const denied = await fit({ op: 'is_not', values: [...chosen, null] }, paths);
  expect([denied.codes.length, denied.codes[0]]).toEqual([290_000, 1]);
});

it('tests a few texts itself, and leaves many against many to Postgres, which does not block the event loop', async () => {
  const few = await fit({ op: 'contains', values: ['th/1', null] }, pathsTo(12));
  expect(few).toEqual({ statements: 0, codes: [0, 2, 11, 12] });
  const many = await fit({ op: 'contains_not', values: pathsTo(1_000) }, pathsTo(100_000), [3, 5]);
  expect([many.statements, many.codes.length, many.codes.slice(0, 5)]).toEqual([1, 99_999, [0, 1, 2, 4, 6]]);
});
