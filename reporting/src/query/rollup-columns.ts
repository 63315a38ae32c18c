/** Turns dimensions into expressions over columns of the rollup tables, which are called `r`. */
import { rollupDimensions } from '@millrace/shared/rollups';
import type { FilterColumn } from './filter-sql.js';
import type { RollupPlan } from './plan-rollup.js';
import type { ColumnDimension, FilterDimension } from './resolved-query.js';

/** As in the indexes of the rollup tables. */
const narrowValue = (values: string) =>
  `hashtextextended(r.value, 0) = any(array(select hashtextextended(wanted, 0) from unnest(${values}) as wanted))`;

/** Patterns match as they do on table events, whose texts are of the default collation. */
const value = 'r.value collate "default"';

const columns: Record<ColumnDimension, FilterColumn> = {
  event_type: {
    sql: '(r.event_type collate "default")',
    nullable: false,
    narrow: (values) => `r.event_type = any(${values})`,
  },
  path: { sql: `(${value})`, nullable: false, narrow: narrowValue },
  referrer: { sql: `(${value})`, nullable: false, narrow: narrowValue },
  profile_id: { sql: `nullif(${value}, '')`, nullable: true, narrow: narrowValue },
};

/** A query with anything else, such as a property, is never answered by rollups. */
export const rollupColumn = (dimension: FilterDimension): FilterColumn => columns[dimension as ColumnDimension];

/** The value that rollups have for an event, as an expression over table events. */
export const valueOfEvent = ({ dimension }: RollupPlan): string =>
  rollupDimensions.find(({ name }) => name === dimension)!.value;
