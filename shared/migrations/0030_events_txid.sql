-- The transaction that stored an event: who has read an interval once then reads only what has come since. Events of before get the
-- number of this transaction, which is not written into their rows. The default holds for releases that do not know the column, too,
-- and partitions that are made later get both.
alter table events add column txid bigint default (pg_current_xact_id()::text::bigint);
