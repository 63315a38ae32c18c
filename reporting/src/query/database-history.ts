/** Which history of the database a reader sees, as SQL. */

/**
 * Of one run of one server on one set of files. A backup comes back by a start of the server, as another database, or into other files
 * of the tables; with it, and with a crash, come back numbers of transactions, counts of changes and erasures, which then stand for
 * other data than before.
 */
export const databaseHistory = `jsonb_build_array(pg_is_in_recovery(), extract(epoch from pg_postmaster_start_time()), pg_relation_filenode('sites'),
    (select oid from pg_database where datname = current_database()),
    (select extract(epoch from stats_reset) from pg_stat_archiver))`;
