/** Creates a database role for each service and grants what it lacks; never takes a right from it, as a newer release may have given it. */
import type { Logger } from '../platform/logger.js';
import { hasSqlState, inTransaction, type Pool, type PoolClient } from '../platform/postgres.js';
import { otherRights, roleOf, roleServices, tableRights } from './service-rights.js';

const roles = roleServices.map(roleOf);

/** Another database's migration may be creating the same role. */
const createRole = (role: string) => `/* shared.createRole */ do $$ begin
  create role ${role} nologin;
exception when duplicate_object or unique_violation then null;
end $$`;

interface Right {
  role: string;
  table: string;
  privilege: string;
  column?: string;
}

/** One right per privilege, or per column if it is limited to columns. */
function rightsOf(role: string, table: string, text: string): Right[] {
  return [...text.matchAll(/(\w+)(?: \(([^)]*)\))?/g)].flatMap(([, privilege, columns]) => {
    const right = { role, table, privilege: privilege! };
    return columns === undefined ? [right] : columns.split(', ').map((column) => ({ ...right, column }));
  });
}

const wanted = Object.entries(tableRights).flatMap(([table, rights]) =>
  roleServices.flatMap((service) => rightsOf(roleOf(service), table, rights[service] ?? '')),
);

/**
 * Statements that grant what is missing, also after a restore without privileges. A needless GRANT would write to the catalog
 * while services run. After a restore, everyone may execute functions; that right is revoked, so the role needs its own.
 * The queue is BullMQ's own: its functions run with the rights of their caller, so all services need all of its tables. Three of
 * them create or drop the sequence of a queue's job ids, and run as the owner of the queue instead.
 */
const missingGrants = `/* shared.missingGrants */
with roles as (select oid, rolname from pg_roles where rolname = any($1)),
queue as (select oid, nspname from pg_namespace where nspname = $4),
relations as (
  select c.oid, relkind, p.privilege from pg_class c join queue on queue.oid = relnamespace
  join (values ('r', 'select'), ('r', 'insert'), ('r', 'update'), ('r', 'delete')) as p(kind, privilege) on p.kind = relkind
)
select format('grant %s%s on %I to %I', privilege, ' (' || quote_ident("column") || ')', "table", role) as statement
from json_to_recordset($2) as wanted(role text, "table" text, privilege text, "column" text) join roles on rolname = role
where not case when "column" is null then has_table_privilege(roles.oid, to_regclass("table"), privilege)
  else has_column_privilege(roles.oid, to_regclass("table"), "column", privilege) end
union all
select format('grant select on %s to %I', inhrelid::regclass, rolname) from pg_inherits, roles
where inhparent = to_regclass('events') and rolname = '${roleOf('reporting')}' and not has_table_privilege(roles.oid, inhrelid, 'select')
union all
select format('grant %s on %s %s to %I', privilege, kind, name, role)
from json_to_recordset($3) as other(role text, kind text, name text, privilege text) join roles on rolname = role
where not case kind when 'sequence' then has_sequence_privilege(roles.oid, name, privilege)
  else has_function_privilege(roles.oid, name, privilege) and not has_function_privilege('public', name, privilege) end
union all
select distinct format('revoke execute on function %s from public', name) from json_to_recordset($3) as other(kind text, name text)
where case kind when 'function' then has_function_privilege('public', name, 'execute') end
union all
select format('grant usage on schema %I to %I', nspname, rolname) from pg_namespace, roles
where nspname in ('public', $4) and not has_schema_privilege(roles.oid, pg_namespace.oid, 'usage')
union all
select format('grant %s on %s to %I', privilege, relations.oid::regclass, rolname) from relations, roles
where not has_table_privilege(roles.oid, relations.oid, privilege)
union all
select format('grant usage on sequence %s to %I', c.oid::regclass, rolname)
from pg_class c join queue on queue.oid = relnamespace, roles
where relkind = 'S' and relname not like 'bullmq_jid_%' and not has_sequence_privilege(roles.oid, c.oid, 'usage')
union all
select format('alter function %s security definer set search_path = %I, pg_temp', p.oid::regprocedure, nspname)
from pg_proc p join queue on queue.oid = pronamespace
where proname in ('next_job_id', 'add_jobs_bulk', 'obliterate') and not prosecdef and exists (select 1 from roles)`;

const otherWanted = otherRights.map(({ service, ...right }) => ({ role: roleOf(service), ...right }));

async function createRoles(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ rolname: string }>(
    '/* shared.findRoles */ select rolname from pg_roles where rolname = any($1)',
    [roles],
  );
  const existing = new Set(rows.map(({ rolname }) => rolname));
  for (const role of roles.filter((role) => !existing.has(role))) await pool.query(createRole(role));
}

async function grantMissing(client: PoolClient, queueSchema: string | undefined): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(missingGrants, [
    roles,
    JSON.stringify(wanted),
    JSON.stringify(otherWanted),
    queueSchema ?? null,
  ]);
  if (rows.length === 0) return;
  await client.query(`/* shared.grantMissing */ ${rows.map(({ statement }) => statement).join('; ')}`);
}

/** Not owned by the user, or the user may not create roles. */
const notAllowed = '42501';

/**
 * `lock` keeps other migrations out. A user who may not create roles can migrate all the same: roles that exist get their rights,
 * and the services use the one user that owns the tables.
 */
export async function grantRights(
  pool: Pool,
  queueSchema: string | undefined,
  logger: Logger,
  lock: (client: PoolClient) => Promise<unknown>,
): Promise<void> {
  const logRefusal = (message: string) => (error: unknown) => {
    if (!hasSqlState(error, notAllowed)) throw error;
    logger.info({ reason: (error as Error).message }, message);
  };
  await createRoles(pool).catch(logRefusal('not creating a role for each service, which this user may not do'));
  await inTransaction(pool, async (client) => {
    await lock(client);
    await grantMissing(client, queueSchema);
  }).catch(logRefusal('not granting rights to the roles of the services, which this user may not do'));
}
