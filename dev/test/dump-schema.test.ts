/** The schema dump contains everything a migration can create, but no partitions. */

import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dumpSchema } from '../src/checks/dump-schema.js';
import { firstDifference } from '../src/checks/first-difference.js';
import { type ClosingList, createClosingList } from '../src/processes/closing-list.js';
import { startThrowAwayPostgres } from '../src/stores/throw-away-postgres.js';

let closing: ClosingList;
let url: string;

beforeAll(async () => {
  closing = createClosingList();
  url = await startThrowAwayPostgres(closing);
});
afterAll(() => closing.closeAll());

async function run(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

it('writes types, tables, indexes, views, functions and triggers in a fixed order, without partitions', async () => {
  await run(`
    create type mood as enum ('good', 'bad');
    create table b (id bigint generated always as identity primary key, mood mood not null default 'good', a_id int);
    create table a (site text not null, at timestamptz not null default now(), n numeric(10,2) check (n > 0),
      twice numeric generated always as (n * 2) stored, primary key (site, at)) partition by range (at);
    create table a_2024 partition of a for values from ('2024-01-01') to ('2025-01-01');
    create index b_a on b (a_id desc) where a_id is not null;
    create view good as select id from b where mood = 'good';
    create function touch() returns trigger language plpgsql as 'begin return new; end';
    create trigger b_touch before update on b for each row execute function touch();
  `);
  expect(await dumpSchema(url)).toMatchInlineSnapshot(`
    "create table a (
      site text not null,
      at timestamp with time zone default now() not null,
      n numeric(10,2),
      twice numeric generated always as ((n * (2)::numeric)) stored,
      constraint a_n_check CHECK ((n > (0)::numeric)),
      constraint a_pkey PRIMARY KEY (site, at)
    ) partition by RANGE (at);

    create table b (
      id bigint generated always as identity not null,
      mood mood default 'good'::mood not null,
      a_id integer,
      constraint b_pkey PRIMARY KEY (id)
    );

    CREATE INDEX b_a ON public.b USING btree (a_id DESC) WHERE (a_id IS NOT NULL);

    create type mood as enum ('good', 'bad');

    create view good as
     SELECT id
       FROM b
      WHERE (mood = 'good'::mood);

    CREATE OR REPLACE FUNCTION public.touch()
     RETURNS trigger
     LANGUAGE plpgsql
    AS $function$begin return new; end$function$
    ;

    CREATE TRIGGER b_touch BEFORE UPDATE ON public.b FOR EACH ROW EXECUTE FUNCTION touch();
    "
  `);
});

it('does not change when a partition is added', async () => {
  const before = await dumpSchema(url);
  await run(`create table if not exists a_2025 partition of a for values from ('2025-01-01') to ('2026-01-01')`);
  expect(firstDifference(before, await dumpSchema(url))).toBeUndefined();
});

it('changes with every column, and the difference shows the line', async () => {
  const before = await dumpSchema(url);
  await run('alter table a add column extra text');
  expect(firstDifference(before, await dumpSchema(url))).toMatch(/^line \d+: committed .*, current .*extra text/);
});
