import { randomUUID } from 'node:crypto';
import type { Pool } from '@millrace/shared/platform/postgres';
import { recordLimits, tooManyRecords, unknownRecord, withSiteLocked } from '../sites/site-records.js';
import type { Annotation, AnnotationSpan, NewAnnotation } from './annotation.js';

const columns = 'id, "at", "until", kind, "text", created_at';

const list = `/* reporting.listAnnotations */
select ${columns} from annotations where site_id = $1
  and ($2::timestamptz is null or "at" >= $2 or "until" > $2) and ($3::timestamptz is null or "at" < $3)
order by "at", created_at, id`;

/** Annotations that start in the span or reach into it, in order of time. */
export async function listAnnotations(pool: Pool, siteId: string, { from, to }: AnnotationSpan): Promise<Annotation[]> {
  return (await pool.query<Annotation>(list, [siteId, from, to])).rows;
}

const insert = `/* reporting.insertAnnotation */
insert into annotations (site_id, id, "at", "until", kind, "text")
select $1, $2, $3, $4, $5, $6 where (select count(*) from annotations where site_id = $1) < $7
returning ${columns}`;

/** @throws ServiceError `conflict` if the site has too many annotations. */
export async function insertAnnotation(writePool: Pool, siteId: string, given: NewAnnotation): Promise<Annotation> {
  const { at, until, kind, text } = given;
  const values = [siteId, randomUUID(), at, until, kind, text, recordLimits.annotations];
  const { rows } = await withSiteLocked(writePool, siteId, (client) => client.query<Annotation>(insert, values));
  if (rows.length === 0) throw tooManyRecords('annotations', recordLimits.annotations);
  return rows[0]!;
}

const remove = '/* reporting.deleteAnnotation */ delete from annotations where site_id = $1 and id = $2';

/** @throws ServiceError `not_found`. */
export async function deleteAnnotation(writePool: Pool, siteId: string, id: string): Promise<void> {
  const { rowCount } = await writePool.query(remove, [siteId, id]);
  if (rowCount === 0) throw unknownRecord('an annotation');
}
