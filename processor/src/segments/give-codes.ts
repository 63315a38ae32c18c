/** Gives the values of a site's columns their codes: each value one, once, and never another. */
import type { PoolClient } from '@millrace/shared/postgres';
import { packSize, valuesLimit } from '@millrace/shared/segments/segment-columns';

/** Column → its values. */
export type TextsByColumn = ReadonlyMap<string, readonly string[]>;
/** Column → the code of each value; undefined for a column that has too many values. */
export type CodesByColumn = Map<string, Uint32Array | undefined>;

/** Codes begin with 1: a pack is a row with the values of `packSize` codes, so that a dictionary is read and kept in few rows. */
const findCodes = `/* processor.findCodes */
select wanted.place::int - 1 as place, known.pack * ${packSize} + known.nth::int as code
from (
  select "column", pack, value, nth from segment_values, unnest(values) with ordinality as packed(value, nth)
  where site_id = $1 and "column" = any($2)) as known
join unnest($3::text[], $4::text[]) with ordinality as wanted("column", value, place) using ("column", value)`;

const countValues = `/* processor.countValues */
select "column", max(pack * ${packSize} + cardinality(values)) as count from segment_values
where site_id = $1 and "column" = any($2) group by "column"`;

const addValues = `/* processor.addValues */
insert into segment_values (site_id, "column", pack, values)
select $1, "column", pack, values from json_to_recordset($2::json) as added("column" text, pack int, values text[])
on conflict (site_id, "column", pack) do update set values = segment_values.values || excluded.values`;

interface Pack {
  column: string;
  pack: number;
  values: string[];
}

/** `values` get the codes from `count` + 1 on. */
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

async function readCounts(client: PoolClient, siteId: string, columns: string[]): Promise<Map<string, number>> {
  const { rows } = await client.query<{ column: string; count: number }>(countValues, [siteId, columns]);
  return new Map(rows.map(({ column, count }) => [column, count]));
}

async function readCodes(client: PoolClient, siteId: string, texts: TextsByColumn): Promise<CodesByColumn> {
  const columns = [...texts.keys()];
  const wanted = [...texts].flatMap(([column, values]) => values.map((value) => [column, value] as const));
  const { rows } = await client.query<{ place: number; code: number }>(findCodes, [
    ...[siteId, columns, wanted.map(([column]) => column), wanted.map(([, value]) => value)],
  ]);
  const all = new Uint32Array(wanted.length);
  for (const { place, code } of rows) all[place] = code;
  let start = 0;
  return new Map(
    [...texts].map(([column, { length }]) => {
      const codes = all.subarray(start, start + length);
      start += length;
      return [column, codes];
    }),
  );
}

/** Only under the claim of the site: two that gave codes at once would give one twice. */
export async function giveCodes(client: PoolClient, siteId: string, texts: TextsByColumn): Promise<CodesByColumn> {
  const given = await readCodes(client, siteId, texts);
  const counts = await readCounts(client, siteId, [...texts.keys()]);
  const added: Pack[] = [];
  for (const [column, codes] of given) {
    const values = texts.get(column)!.filter((_, place) => codes![place] === 0);
    let count = counts.get(column) ?? 0;
    if (count + values.length > valuesLimit(column)) {
      given.set(column, undefined);
      continue;
    }
    added.push(...packsOf(column, values, count));
    for (let place = 0; place < codes!.length; place += 1) if (codes![place] === 0) codes![place] = ++count;
  }
  if (added.length > 0) await client.query(addValues, [siteId, JSON.stringify(added)]);
  return given;
}
