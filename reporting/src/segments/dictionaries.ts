/** What codes of a site's columns mean, for one question: values of segments, and those that only raw events have. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { packSize } from '@millrace/shared/segments/segment-columns';
import type { Dictionary, Memory } from './memory.js';
import type { SiteSegments } from './site-segments.js';
import { type SiteCodes, type StoredCodeOf, type TailTexts, toSiteCodes } from './tail-codes.js';

/** Codes begin with 1; 0 is no value. */
export interface ColumnValues {
  readonly column: string;
  /** How many codes there are. */
  size(): number;
  /** Null for code 0, and for a value that no event has any more. */
  textOf(code: number): string | null;
  /** The code of a text; a new one where no segment has it. */
  codeOf(text: string): number;
  /** Codes up to here are those of the site's dictionary, as of the question's snapshot. */
  readonly stored: number;
  /** Values by code - 1, also those that were stored after the snapshot; the same list until there are more. */
  readonly texts: readonly (string | null)[];
  /** Values without a code in the dictionary, in the order of their codes. */
  readonly added: readonly string[];
  /** Codes by those of the tail; undefined without a tail. */
  readonly tailCodes?: SiteCodes;
}

const readPacks = `/* reporting.readPacks */
select name, to_json(values) as values from unnest($2::text[], $3::int[]) as wanted(name, first)
  join segment_values on "column" = name and pack >= first where site_id = $1 order by name, pack`;

interface Pack {
  name: string;
  values: (string | null)[];
}

const wholePacks = ({ values }: Dictionary) => values.slice(0, values.length - (values.length % packSize));

/** From memory where they are there whole; what is missing of the others in one statement. */
async function readDictionaries(
  client: PoolClient,
  memory: Memory,
  { siteId, epoch, sizes }: SiteSegments,
  columns: Iterable<string>,
): Promise<Map<string, Dictionary>> {
  const found = new Map<string, Dictionary>();
  const parts = new Map<string, Dictionary['values']>();
  for (const column of columns) {
    const known = memory.dictionary(siteId, epoch, column);
    if (known && known.values.length >= sizes.get(column)!) found.set(column, known);
    else parts.set(column, known ? wholePacks(known) : []);
  }
  if (parts.size === 0) return found;
  const firstPacks = [...parts.values()].map(({ length }) => length / packSize);
  const { rows } = await client.query<Pack>(readPacks, [siteId, [...parts.keys()], firstPacks]);
  for (const [column, values] of parts) {
    const rest = rows.filter(({ name }) => name === column).flatMap((pack) => pack.values);
    const dictionary = { values: [...values, ...rest] };
    memory.keepDictionary(siteId, epoch, column, dictionary);
    found.set(column, dictionary);
  }
  return found;
}

function codesOf(dictionary: Dictionary): Map<string, number> {
  if (dictionary.codes) return dictionary.codes;
  const codes = new Map<string, number>();
  for (const [at, value] of dictionary.values.entries()) if (value !== null) codes.set(value, at + 1);
  dictionary.codes = codes;
  return codes;
}

/** In memory there may be values that were stored after the snapshot: for this question they have no code yet. */
const createStoredCodes =
  (dictionary: Dictionary, stored: number): StoredCodeOf =>
  (text) => {
    const code = codesOf(dictionary).get(text);
    return code !== undefined && code <= stored ? code : undefined;
  };

/** What the tail has added counts for this question up to what it has by now. */
function createValues(
  column: string,
  dictionary: Dictionary,
  stored: number,
  storedCode: StoredCodeOf,
  asked?: SiteCodes,
): ColumnValues {
  const added = asked ? [...asked.added.texts] : [];
  const lastOfTail = stored + added.length;
  const own = new Map<string, number>();
  const tailCode = (text: string) => {
    const code = asked?.added.codes.get(text);
    return code !== undefined && code <= lastOfTail ? code : undefined;
  };
  return {
    column,
    stored,
    texts: dictionary.values,
    added,
    ...(asked && { tailCodes: asked }),
    size: () => stored + added.length,
    textOf: (code) => (code === 0 ? null : code <= stored ? dictionary.values[code - 1]! : added[code - 1 - stored]!),
    codeOf(text) {
      const known = storedCode(text) ?? tailCode(text) ?? own.get(text);
      if (known !== undefined) return known;
      const code = stored + added.push(text);
      own.set(text, code);
      return code;
    },
  };
}

/** Column → its values; `site` knows how many each has. `tail` has events whose values nobody has stored yet. */
export async function readColumnValues(
  client: PoolClient,
  memory: Memory,
  site: SiteSegments,
  columns: Iterable<string>,
  tail?: ReadonlyMap<string, TailTexts>,
): Promise<Map<string, ColumnValues>> {
  const dictionaries = await readDictionaries(client, memory, site, columns);
  const values = new Map<string, ColumnValues>();
  for (const [column, dictionary] of dictionaries) {
    const stored = site.sizes.get(column)!;
    const storedCode = createStoredCodes(dictionary, stored);
    const texts = tail?.get(column);
    const asked = texts && toSiteCodes(texts, stored, storedCode);
    values.set(column, createValues(column, dictionary, stored, storedCode, asked));
  }
  return values;
}
