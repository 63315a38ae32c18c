-- A visit ends when nothing comes of the visitor for longer than this.
alter table sites add column session_minutes smallint not null default 30 check (session_minutes between 1 and 1440);
