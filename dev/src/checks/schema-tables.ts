/** Tables and their keys, read from shared/schema.sql. */
const tablePattern = /^create table (\w+) \(\n([\s\S]*?)\n\)/gm;

/** Tables with a site_id that are not sharded by it: they stay on one machine. */
const localTables = new Set(['api_keys', 'report_templates', 'report_unsubscribes']);

/** Tables that are sharded by site. */
export function siteTables(schema: string): ReadonlySet<string> {
  const found = [...schema.matchAll(tablePattern)].filter(([, , body]) => /^ {2}site_id /m.test(body!));
  return new Set(found.map(([, name]) => name!).filter((name) => !localTables.has(name)));
}

export interface TableKey {
  table: string;
  columns: string[];
}

const columnsOf = (list: string) => list.split(',').map((column) => column.trim().replaceAll('"', ''));

/** Primary keys, unique constraints and unique indexes. */
export function tableKeys(schema: string): TableKey[] {
  const constraints = [...schema.matchAll(tablePattern)].flatMap(([, table, body]) =>
    [...body!.matchAll(/(?:PRIMARY KEY|UNIQUE)(?: NULLS NOT DISTINCT)? \(([^)]*)\)/g)].map(([, list]) => ({
      table: table!,
      columns: columnsOf(list!),
    })),
  );
  const indexes = [
    ...schema.matchAll(/^CREATE UNIQUE INDEX \w+ ON (?:ONLY )?(?:public\.)?(\w+) USING \w+ \(([^)]*)\)/gm),
  ];
  return [...constraints, ...indexes.map(([, table, list]) => ({ table: table!, columns: columnsOf(list!) }))];
}
