-- Apart from migration 0030, which keeps everyone away from events until it is over: while an index is built events are only read.
-- Numbers rise with the file of the table, so that ranges of pages are all that has to be known; an insert hardly pays for it.
create index if not exists events_txid on events using brin (txid) with (pages_per_range = 8, autosummarize = on);
