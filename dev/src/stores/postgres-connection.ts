import pg from 'pg';

function maintenanceClient(url: string): pg.Client {
  const address = new URL(url);
  address.pathname = '/postgres';
  return new pg.Client({ connectionString: address.href, connectionTimeoutMillis: 5_000 });
}

/** True when Postgres accepts a connection; false while it is starting, recovering or absent. */
export async function postgresAnswers(url: string): Promise<boolean> {
  const client = maintenanceClient(url);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    // 28P01: another server answers on that port, or the password file belongs to other data.
    if (code === '28P01') throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Creates the database of the URL unless it exists. */
export async function createDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const client = maintenanceClient(url);
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
