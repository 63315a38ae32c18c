import { randomUUID } from 'node:crypto';
import { parseExactJson, stringifyExactJson } from '@millrace/shared/platform/exact-json';
import type { Pool } from '@millrace/shared/platform/postgres';
import { recordLimits, tooManyRecords, unknownRecord, withSiteLocked } from '../sites/site-records.js';
import type { Definition, SavedView, ViewKind } from './saved-view.js';

/** Read as text, so that numbers keep all of their digits. */
const read = 'id, kind, name, definition::text as definition, created_at';

interface ViewRow extends Omit<SavedView, 'definition'> {
  definition: string;
}

const toView = ({ definition, ...rest }: ViewRow): SavedView => ({
  ...rest,
  definition: parseExactJson(definition) as Definition,
});

const list = `/* reporting.listSavedViews */
select ${read} from saved_views where site_id = $1 and ($2::text is null or kind = $2) order by created_at, id`;

/** In order of creation; all kinds without `kind`. */
export async function listViews(pool: Pool, siteId: string, kind: ViewKind | undefined): Promise<SavedView[]> {
  return (await pool.query<ViewRow>(list, [siteId, kind])).rows.map(toView);
}

const find = `/* reporting.findSavedView */ select ${read} from saved_views where site_id = $1 and id = $2`;

/** @throws ServiceError `not_found`. */
export async function findView(pool: Pool, siteId: string, id: string): Promise<SavedView> {
  const { rows } = await pool.query<ViewRow>(find, [siteId, id]);
  if (rows.length === 0) throw unknownRecord('a saved view');
  return toView(rows[0]!);
}

type Content = Pick<SavedView, 'kind' | 'name' | 'definition'>;

const insert = `/* reporting.insertSavedView */
insert into saved_views (site_id, id, kind, name, definition)
select $1, $2, $3, $4, $5 where (select count(*) from saved_views where site_id = $1) < $6
returning id, created_at`;

/** @throws ServiceError `conflict` if the site has too many views. */
export async function insertView(writePool: Pool, siteId: string, view: Content): Promise<SavedView> {
  const { kind, name, definition } = view;
  const values = [siteId, randomUUID(), kind, name, stringifyExactJson(definition), recordLimits.savedViews];
  const { rows } = await withSiteLocked(writePool, siteId, (client) =>
    client.query<Pick<SavedView, 'id' | 'created_at'>>(insert, values),
  );
  if (rows.length === 0) throw tooManyRecords('saved views', recordLimits.savedViews);
  return { ...rows[0]!, ...view };
}

const update = `/* reporting.updateSavedView */
update saved_views set name = $3, definition = $4 where site_id = $1 and id = $2`;

/** @throws ServiceError `not_found`. */
export async function replaceView(
  writePool: Pool,
  siteId: string,
  { id, name, definition }: Pick<SavedView, 'id' | 'name' | 'definition'>,
): Promise<void> {
  const { rowCount } = await writePool.query(update, [siteId, id, name, stringifyExactJson(definition)]);
  if (rowCount === 0) throw unknownRecord('a saved view');
}

const remove = '/* reporting.deleteSavedView */ delete from saved_views where site_id = $1 and id = $2';

/** @throws ServiceError `not_found`. */
export async function deleteView(writePool: Pool, siteId: string, id: string): Promise<void> {
  const { rowCount } = await writePool.query(remove, [siteId, id]);
  if (rowCount === 0) throw unknownRecord('a saved view');
}
