/**
 * Table `marked` of a recursive `with`: starts of the marked intervals of site $1 that the range from $2 to before $3 touches, and at
 * last a null. An interval has as many marks as batches came in, so the index is read from one interval to the next.
 */
export const markedSql = `marked(start) as (
  (select interval_start from rollup_marks
   where site_id = $1 and interval_start > $2::timestamptz - interval '15 minutes' and interval_start < $3 order by interval_start limit 1)
  union all
  select (select interval_start from rollup_marks
          where site_id = $1 and interval_start > start and interval_start < $3 order by interval_start limit 1)
  from marked where start is not null
)`;
