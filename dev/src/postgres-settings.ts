/** Turns the wishes of the one who starts Postgres into its settings. */

/** What differs between the database of `npm start` and a throw-away one. */
export interface PostgresSettings {
  port: number;
  /** Only a throw-away database may go without: a crash can destroy it. */
  fsync: boolean;
}

/** Returns the command-line arguments; settings stand here rather than in postgresql.conf, so that updates reach old data. */
export function postgresArguments(dataDir: string, { port, fsync }: PostgresSettings): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    // Password over TCP is the only way in; a socket file would also limit how deep the clone may lie.
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '192MB',
    max_wal_size: '2GB',
    wal_compression: 'on',
    fsync: fsync ? 'on' : 'off',
    synchronous_commit: fsync ? 'on' : 'off',
    full_page_writes: fsync ? 'on' : 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // Statements are as long as the batches that they insert.
    log_min_error_statement: 'panic',
    log_min_duration_statement: '2s',
  };
  return ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
