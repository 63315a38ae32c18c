/** Assigns codes to the values of a site's columns. A value keeps its code; codes are never reused. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { packSize, segmentLimits, valuesLimit } from '@millrace/shared/segments/segment-columns';

/** Column → its values. */
export type TextsByColumn = ReadonlyMap<string, readonly string[]>;
/** Column → the code of each value; undefined for a column with too many values. */
export type CodesByColumn = Map<string, Uint32Array | undefined>;

/**
 * Codes start at 1. A row of segment_values is a pack of `packSize` values, so a dictionary takes few rows. No join: Postgres
 * could not estimate the number of values.
 */
const findCodes = `/* processor.findCodes */
select "column", value, pack * ${packSize} + nth::int as code
from segment_values, unnest(values) with ordinality as packed(value, nth)
where site_id = $1 and "column" = any($2) and value = any($3)`;

/** Last code and total characters of each column. */
const measureColumns = `/* processor.measureColumns */
select "column", max(pack * ${packSize} + cardinality(values))::int as count,
  sum(length(array_to_string(values, '')))::float8 as characters
from segment_values where site_id = $1 and "column" = any($2) group by "column"`;

const addValues = `/* processor.addValues */
insert into segment_values (site_id, "column", pack, values)
select $1, "column", pack, values from json_to_recordset($2::json) as added("column" text, pack int, values text[])
on conflict (site_id, "column", pack) do update set values = segment_values.values || excluded.values`;

interface Pack {
  column: string;
  pack: number;
  values: string[];
}

/** `values` get the codes from `count + 1` on. */
function packsOf(column: string, values: string[], count: number): Pack[] {
  const packs: Pack[] = [];
  for (let done = 0; done < values.length; ) {
    const pack = Math.floor((count + done) / packSize);
    const part = values.slice(done, (pack + 1) * packSize - count);
    packs.push({ column, pack, values: part });
    done += part.length;
  }
  return packs;
}

interface Measured {
  column: string;
  count: number;
  characters: number;
}

async function measure(client: PoolClient, siteId: string, columns: string[]): Promise<Map<string, Measured>> {
  const { rows } = await client.query<Measured>(measureColumns, [siteId, columns]);
  return new Map(rows.map((row) => [row.column, row]));
}

/** Column → value → code of the given texts that have one; may contain further values. */
async function readCodes(client: PoolClient, siteId: string, texts: TextsByColumn) {
  const values = new Set<string>();
  for (const ofColumn of texts.values()) for (const text of ofColumn) values.add(text);
  const columns = [...texts.keys()];
  const { rows } = await client.query<{ column: string; value: string; code: number }>(findCodes, [
    ...[siteId, columns, [...values]],
  ]);
  const codesByText = new Map(columns.map((column) => [column, new Map<string, number>()]));
  for (const { column, value, code } of rows) codesByText.get(column)!.set(value, code);
  return codesByText;
}

const charactersOf = (texts: readonly string[]) => texts.reduce((sum, { length }) => sum + length, 0);

/** Requires the claim of the site: concurrent calls would assign the same code twice. */
export async function assignCodes(client: PoolClient, siteId: string, texts: TextsByColumn): Promise<CodesByColumn> {
  const existing = await readCodes(client, siteId, texts);
  const addedTo = new Map(
    [...texts].map(([column, ofColumn]) => [column, ofColumn.filter((text) => !existing.get(column)!.has(text))]),
  );
  const growing = [...addedTo].filter(([, added]) => added.length > 0).map(([column]) => column);
  const measured = await measure(client, siteId, growing);
  const given: CodesByColumn = new Map();
  for (const [column, ofColumn] of texts) {
    const codes = existing.get(column)!;
    const added = addedTo.get(column)!;
    const { count, characters } = measured.get(column) ?? { count: 0, characters: 0 };
    const isFull =
      added.length > 0 &&
      (count + added.length > valuesLimit(column) || characters + charactersOf(added) > segmentLimits.valueCharacters);
    if (isFull) {
      given.set(column, undefined);
      continue;
    }
    for (const [place, text] of added.entries()) codes.set(text, count + place + 1);
    if (added.length > 0) await client.query(addValues, [siteId, JSON.stringify(packsOf(column, added, count))]);
    given.set(
      column,
      Uint32Array.from(ofColumn, (text) => codes.get(text)!),
    );
  }
  return given;
}
