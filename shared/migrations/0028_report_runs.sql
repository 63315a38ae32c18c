-- Of the attempt that writes it: whoever lost its job to another must not keep what it read before a user was erased.
alter table reports add column run uuid;
-- In a row, that no worker lived long enough to end.
alter table reports add column begins integer not null default 0;
