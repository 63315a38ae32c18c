/** How the database of `npm start` differs from a throw-away one. */
export interface PostgresSettings {
  port: number;
  /** False only for throw-away databases: without it, a crash can destroy the data. */
  fsync: boolean;
}

/** Returns command-line arguments. Settings are not in postgresql.conf, so that updates also apply to existing data. */
export function postgresArguments(dataDir: string, { port, fsync }: PostgresSettings): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    // Only TCP with a password: a socket file would limit the length of the clone's path.
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
    // Statements are as long as the batches they insert.
    log_min_error_statement: 'panic',
    log_min_duration_statement: '2s',
  };
  return ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
