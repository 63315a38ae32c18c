-- Cleanup asks of every file in the folder of exports whether an export still has it; rows stay for good, files do not.
create index exports_file on exports (file) where status in ('processing', 'completed');
