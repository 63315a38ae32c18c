-- What changed in an interval, and which table of aggregates has not followed it yet. Marks without either, as a release before this
-- one writes them, stand for all types and all tables; that release takes every mark and computes every table.
alter table aggregation_marks
  -- Null: any. Types that no aggregate names are '' together.
  add column event_types text[],
  -- Null until the mark is handed out, a copy to each table that counts one of its types.
  add column table_name text;
