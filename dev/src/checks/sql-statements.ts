/** Finds SQL that a sharded Postgres (Citus) refuses, or can only run by locking all shards. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Statement, statementsOf } from './find-statements.js';
import { siteTables, tableKeys } from './schema-tables.js';
import { readSourceFiles, type SourceFile } from './source-files.js';

/** Statements that cover all sites on purpose, by owner, with the reason. */
const overAllSites: Readonly<Record<string, string>> = {
  'processor.cleanEventDuplicates': 'removes old rows of every site, at night',
  'processor.cleanClockedEvents': 'removes old rows of every site, at night',
  'processor.dropSegments': 'drops a month of events of all sites at once',
  'processor.adoptDeadLetters': 'only for letters without a site, as release 0.3 wrote them; a sharded table has none',
  'scheduler.adoptLetter': 'only for letters without a site, as release 0.3 wrote them; a sharded table has none',
};

const changingFunctions =
  /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|to_char|random)\s*\(|\bcurrent_(timestamp|date|time)\b/;

/** Problems that any statement can have. */
const rules: { pattern: RegExp; reason: string }[] = [
  { pattern: /\bctid\b/, reason: 'ctid is a location on one machine: select rows by their key' },
  {
    pattern: /\bselect\s+from\b/,
    reason: '`select from` has no column, which a sharded table refuses: write `select 1 from`',
  },
];

/** The text from a clause's keyword to the end of the statement or of its enclosing bracket. */
function clausesOf(text: string, keyword: RegExp): string[] {
  return [...text.matchAll(keyword)].map(({ index, 0: match }) => {
    let depth = 0;
    for (let at = index + match.length; at < text.length; at += 1) {
      if (text[at] === '(') depth += 1;
      else if (text[at] === ')') depth -= 1;
      if (depth < 0) return text.slice(index, at);
    }
    return text.slice(index);
  });
}

/** The text without anything in brackets, which belongs to subqueries. */
function withoutBrackets(text: string): string {
  let flat = text;
  for (let before = ''; before !== flat; ) {
    before = flat;
    flat = flat.replace(/\([^()]*\)/g, ' ');
  }
  return flat;
}

function unstableProblems({ text }: Statement): string[] {
  const returned = clausesOf(text, /\breturning\b/g).filter(
    (clause) => changingFunctions.test(clause) || clause.includes('::'),
  );
  const updated = clausesOf(text, /\bdo\s+update\s+set\b/g).filter((clause) => changingFunctions.test(clause));
  return [
    ...returned.map(
      () => 'a cast or a function of the clock in `returning` is refused by a sharded table: select it from a CTE',
    ),
    ...updated.map(
      () => 'a function of the clock in `do update set` is refused by a sharded table: use `excluded` or a parameter',
    ),
  ];
}

/** An update or delete must name its site at its own level: a condition in a subquery locks the shards of all sites. */
function siteProblems({ owner, text }: Statement, tables: ReadonlySet<string>): string[] {
  if (owner in overAllSites) return [];
  const writes = clausesOf(text, /\b(?:update|delete\s+from)\s+(?:only\s+)?[a-z_0-9]+/g);
  return writes.flatMap((clause) => {
    const table = /^(?:update|delete\s+from)\s+(?:only\s+)?([a-z_0-9]+)/.exec(clause)?.[1] ?? '';
    if (!tables.has(table)) return [];
    const condition = /\bwhere\b(.*)/s.exec(withoutBrackets(clause))?.[1] ?? '';
    if (/(?<![a-z_.])(?:[a-z_]+\.)?site_id\s*=\s*\$\d/.test(condition)) return [];
    return [`a write to ${table} must name its site itself, as \`site_id = $1\`, or it locks the shards of all sites`];
  });
}

const lineOf = (file: SourceFile, index: number) => file.text.slice(0, index).split('\n').length;

function problemsOf(file: SourceFile, tables: ReadonlySet<string>): string[] {
  return statementsOf(file.text).flatMap((statement) => {
    const found = [
      ...rules.filter(({ pattern }) => pattern.test(statement.text)).map(({ reason }) => reason),
      ...unstableProblems(statement),
      ...siteProblems(statement, tables),
    ];
    return found.map((problem) => `${file.path}:${lineOf(file, statement.index)}: ${statement.owner}: ${problem}`);
  });
}

function migrationProblems(root: string): string[] {
  const folder = join(root, 'shared', 'migrations');
  return readdirSync(folder)
    .filter(
      (name) =>
        name.endsWith('.sql') &&
        /\bcreate\s+(or\s+replace\s+)?(constraint\s+)?trigger\b/i.test(readFileSync(join(folder, name), 'utf8')),
    )
    .map((name) => `shared/migrations/${name}: a sharded table has no triggers: do it in the statement that writes`);
}

/** Every key of a table sharded by site contains the site, since a shard can guarantee uniqueness only among its own rows. */
function keyProblems(schema: string, tables: ReadonlySet<string>): string[] {
  return tableKeys(schema)
    .filter(({ table, columns }) => tables.has(table) && !columns.includes('site_id'))
    .map(
      ({ table, columns }) => `shared/schema.sql: key (${columns.join(', ')}) of table ${table} must contain site_id`,
    );
}

/** Reads the statements of all services, the migrations and the schema. */
export function checkSqlStatements(root: string): string[] {
  const schema = readFileSync(join(root, 'shared', 'schema.sql'), 'utf8');
  const tables = siteTables(schema);
  const files = readSourceFiles(root).filter((file) => !file.isTest && !['dev', 'bench', 'e2e'].includes(file.package));
  return [
    ...files.flatMap((file) => problemsOf(file, tables)),
    ...migrationProblems(root),
    ...keyProblems(schema, tables),
  ];
}
