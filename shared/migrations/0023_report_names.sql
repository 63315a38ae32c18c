-- The second name that a job wanted for its report, known as long as the file is, so that it goes with it.
alter table report_files add column output_name text;
