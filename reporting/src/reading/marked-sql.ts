/**
 * Table `marked` for a recursive `with`: the starts of the marked intervals of site $1 that overlap the range from $2 to before
 * $3, followed by a null. An interval has one mark for each batch that wrote to it, so the index is skipped from interval to
 * interval.
 */
export const markedSql = `marked(start) as (
  (select interval_start from rollup_marks
   where site_id = $1 and interval_start > $2::timestamptz - interval '15 minutes' and interval_start < $3 order by interval_start limit 1)
  union all
  select (select interval_start from rollup_marks
          where site_id = $1 and interval_start > start and interval_start < $3 order by interval_start limit 1)
  from marked where start is not null
)`;
