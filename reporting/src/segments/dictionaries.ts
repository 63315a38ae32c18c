/** The meaning of the codes of a site's columns in one query: values in the stored dictionary, and those only in raw events. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { packSize } from '@millrace/shared/segments/segment-columns';
import type { Dictionary, Memory } from './memory.js';
import type { SiteSegments } from './site-segments.js';
import { type SiteCodes, type StoredCodeOf, type TailTexts, toSiteCodes } from './tail-codes.js';

/** Codes start at 1; 0 means no value. */
export interface ColumnValues {
  readonly column: string;
  /** Number of codes. */
  size(): number;
  /** Null for code 0, and for a value that no event has any more. */
  textOf(code: number): string | null;
  /** The code of a text; assigns a new one to a text that is not in the dictionary. */
  codeOf(text: string): number;
  /** Codes up to this one are in the site's dictionary, as of the query's snapshot. */
  readonly stored: number;
  /** Values by code - 1, including those stored after the snapshot; the same array until more are stored. */
  readonly texts: readonly (string | null)[];
  /** Values that are not in the dictionary, in the order of their codes. */
  readonly added: readonly string[];
  /** Maps tail codes to these codes; undefined without a tail. */
  readonly tailCodes?: SiteCodes;
}

const readPacks = `/* reporting.readPacks */
select name, to_json(values) as values from unnest($2::text[], $3::int[]) as requested(name, first)
  join segment_values on "column" = name and pack >= first where site_id = $1 order by name, pack`;

interface Pack {
  name: string;
  values: (string | null)[];
}

const wholePacks = ({ values }: Dictionary) => values.slice(0, values.length - (values.length % packSize));

/** Takes complete dictionaries from memory, and reads the missing packs of the others in one statement. */
async function readDictionaries(
  client: PoolClient,
  memory: Memory,
  { siteId, epoch, sizes }: SiteSegments,
  columns: Iterable<string>,
): Promise<Map<string, Dictionary>> {
  const found = new Map<string, Dictionary>();
  const incomplete = new Map<string, Dictionary['values']>();
  for (const column of columns) {
    const cached = memory.dictionary(siteId, epoch, column);
    if (cached && cached.values.length >= sizes.get(column)!) found.set(column, cached);
    else incomplete.set(column, cached ? wholePacks(cached) : []);
  }
  if (incomplete.size === 0) return found;
  const firstPacks = [...incomplete.values()].map(({ length }) => length / packSize);
  const { rows } = await client.query<Pack>(readPacks, [siteId, [...incomplete.keys()], firstPacks]);
  for (const [column, values] of incomplete) {
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

/** The dictionary in memory can have values stored after the snapshot; in this query they have no code yet. */
const createStoredCodes =
  (dictionary: Dictionary, stored: number): StoredCodeOf =>
  (text) => {
    const code = codesOf(dictionary).get(text);
    return code !== undefined && code <= stored ? code : undefined;
  };

/** Values that the tail adds later are not part of this query. */
function createValues(
  column: string,
  dictionary: Dictionary,
  stored: number,
  storedCode: StoredCodeOf,
  siteCodes?: SiteCodes,
): ColumnValues {
  const added = siteCodes ? [...siteCodes.added.texts] : [];
  const lastOfTail = stored + added.length;
  const newCodes = new Map<string, number>();
  const tailCode = (text: string) => {
    const code = siteCodes?.added.codes.get(text);
    return code !== undefined && code <= lastOfTail ? code : undefined;
  };
  return {
    column,
    stored,
    texts: dictionary.values,
    added,
    ...(siteCodes && { tailCodes: siteCodes }),
    size: () => stored + added.length,
    textOf: (code) => (code === 0 ? null : code <= stored ? dictionary.values[code - 1]! : added[code - 1 - stored]!),
    codeOf(text) {
      const existing = storedCode(text) ?? tailCode(text) ?? newCodes.get(text);
      if (existing !== undefined) return existing;
      const code = stored + added.push(text);
      newCodes.set(text, code);
      return code;
    },
  };
}

/** Values by column; `tail` has the values of its events, which may not be stored yet. */
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
    const siteCodes = texts && toSiteCodes(texts, stored, storedCode);
    values.set(column, createValues(column, dictionary, stored, storedCode, siteCodes));
  }
  return values;
}
