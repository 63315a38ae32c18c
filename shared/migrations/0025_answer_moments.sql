-- A kept answer that was computed after somebody asked is an answer to them, too, whatever was stored in between.
alter table cache_entries
  -- A hash of what the question means; null for what was kept before.
  add column meaning text collate "C",
  -- How far the data goes that the answer was computed from; compared as text.
  add column position text collate "C";
