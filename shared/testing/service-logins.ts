/** Users with the rights of one service each. Tests start services as these users, so a missing right fails the test that needs it. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { type RoleService, roleOf, roleServices } from '@millrace/shared/roles/service-rights';

const loginOf = (service: RoleService) => `test_${service}`;
const password = 'test';

/** Other test files may be doing the same on the same server. */
const createLogin = (service: RoleService) => `do $$ begin
  create role ${loginOf(service)} login password '${password}' in role ${roleOf(service)};
exception when duplicate_object or unique_violation then null;
end $$`;

/** Creates the users unless they exist. The roles of the services must exist: a migration creates them. */
export async function createLogins(pool: Pool): Promise<void> {
  const { rowCount } = await pool.query('select 1 from pg_roles where rolname = any($1)', [roleServices.map(loginOf)]);
  if (rowCount === roleServices.length) return;
  for (const service of roleServices) await pool.query(createLogin(service));
}

/** The URL of the same database for the user of a service. */
export function urlFor(service: string, url: string): string {
  const found = roleServices.find((name) => name === service);
  return found ? Object.assign(new URL(url), { username: loginOf(found), password }).href : url;
}
