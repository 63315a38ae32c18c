import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { checkSqlStatements } from '../src/checks/sql-statements.js';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

const schema = `create table marks (
  site_id text not null,
  day date not null,
  constraint marks_pkey PRIMARY KEY (site_id, day)
);

create table schedules (
  id text not null,
  constraint schedules_pkey PRIMARY KEY (id)
);
`;

function problemsOf(statement: string, more: Record<string, string> = {}): string[] {
  const root = mkdtempSync(join(tmpdir(), 'millrace-statements-'));
  roots.push(root);
  const files = {
    'processor/package.json': '{}',
    'processor/src/a.ts': `const a = \`/* processor.a */ ${statement}\`;\n`,
    'shared/schema.sql': schema,
    'shared/migrations/0001_marks.sql': 'create table marks (site_id text, day date)',
    ...more,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return checkSqlStatements(root);
}

it.each([
  ['delete from marks where site_id = $1 and ctid in (select ctid from marks limit 9)', 'ctid is a location'],
  ['select exists (select from marks where site_id = $1)', 'select 1 from'],
  ['delete from marks where site_id = $1 returning day::text', 'a cast or a function of the clock in `returning`'],
  ['update marks set day = $2 where site_id = $1 returning now() as at', 'in `returning`'],
  [
    'insert into schedules (id) values ($1) on conflict (id) do update set at = clock_timestamp()',
    'in `do update set`',
  ],
  ['delete from marks where day < $1', 'a write to marks must name its site'],
  [
    'delete from marks where (site_id, day) = (select site_id, day from marks where site_id = $1)',
    'must name its site',
  ],
  ['update marks m set day = $1 from schedules where m.site_id = schedules.id', 'must name its site'],
  [
    'with gone as (delete from marks where day = $1 returning day) select day from gone where site_id = $2',
    'must name',
  ],
  ['update marks set day = $1', 'must name its site'],
])('refuses %s', (statement, reason) => {
  expect(problemsOf(statement)).toEqual([expect.stringContaining(reason)]);
  expect(problemsOf(statement)[0]).toMatch(/^processor\/src\/a\.ts:1: processor\.a: /);
});

it.each([
  'delete from marks where site_id = $1 and day < $2',
  'update marks m set day = $2 where m.site_id = $1',
  'with gone as (delete from marks where site_id = $1 returning day) select day::text from gone',
  'insert into schedules (id) values ($1) on conflict (id) do update set at = excluded.at returning id',
  'update schedules set at = clock_timestamp() where id = $1 returning id',
  'select day::text, now() from marks where site_id = $1 for update',
  'insert into marks (site_id, day) select ${site}, $2 on conflict do nothing',
])('accepts %s', (statement) => {
  expect(problemsOf(statement)).toEqual([]);
});

it('refuses triggers in migrations', () => {
  const migration = 'create or replace trigger t before insert on marks execute function f()';
  expect(problemsOf('select 1', { 'shared/migrations/0002_t.sql': migration })).toEqual([
    expect.stringContaining('shared/migrations/0002_t.sql: a sharded table has no triggers'),
  ]);
});

it.each([
  ['a primary key', schema.replace('KEY (site_id, day)', 'KEY (day)')],
  ['a unique index', `${schema}\nCREATE UNIQUE INDEX marks_day ON public.marks USING btree (day);\n`],
  [
    'a unique constraint',
    schema.replace('not null,\n  constraint marks', 'not null,\n  constraint u UNIQUE (day),\n  constraint marks'),
  ],
])('refuses %s of a site table without the site', (_what, changed) => {
  expect(problemsOf('select 1', { 'shared/schema.sql': changed })).toEqual([
    'shared/schema.sql: key (day) of table marks must contain site_id',
  ]);
});
