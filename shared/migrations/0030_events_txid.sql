-- The transaction that stored an event: who has read an interval once then reads only what has come since. Events of before get the
-- number of this transaction, which is not written into their rows. The default holds for releases that do not know the column, too,
-- and partitions that are made later get both.
alter table events add column txid bigint default (pg_current_xact_id()::text::bigint);
-- Numbers rise with the file of the table, so that ranges of pages are all that has to be known; an insert hardly pays for it.
create index events_txid on events using brin (txid) with (pages_per_range = 8, autosummarize = on);
