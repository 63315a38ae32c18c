/** Dimensions as expressions over columns of the rollup tables, which are called `r`. */
import { rolledDimensions, rollupDimensions } from '@millrace/shared/rollups';
import type { FilterColumn } from './filter-sql.js';
import type { RollupPlan } from './plan-rollup.js';
import type { FilterDimension } from './resolved-query.js';

/** As in the indexes of the rollup tables. */
const narrowValue = (values: string) =>
  `hashtextextended(r.value, 0) = any(array(select hashtextextended(wanted, 0) from unnest(${values}) as wanted))`;

/** Patterns match as they do on table events, whose texts are of the default collation. */
const value = 'r.value collate "default"';

const columns = new Map<string, FilterColumn>([
  [
    'event_type',
    {
      sql: '(r.event_type collate "default")',
      nullable: false,
      narrow: (values) => `r.event_type = any(${values})`,
    },
  ],
  ...rolledDimensions.map((rolled): [string, FilterColumn] => {
    const nullable = 'absent' in rolled;
    return [rolled.dimension, { sql: nullable ? `nullif(${value}, '')` : `(${value})`, nullable, narrow: narrowValue }];
  }),
]);

/** A query with anything else, such as a property, is never answered by rollups. */
export const rollupColumn = (dimension: FilterDimension): FilterColumn => columns.get(dimension)!;

/** The value that rollups have for an event, as an expression over table events of `site`, a parameter. */
export const valueOfEvent = ({ dimension }: RollupPlan, site: string): string =>
  rollupDimensions.find(({ name }) => name === dimension)!.value(site);

/** True where an empty text in the rollups stands for the absence of a value. */
export const isNullable = ({ dimension }: RollupPlan): boolean =>
  'absent' in rollupDimensions.find(({ name }) => name === dimension)!;

/** What the dimension of the plan is called in queries. */
export const dimensionOf = ({ dimension }: RollupPlan): FilterDimension =>
  rolledDimensions.find(({ name }) => name === dimension)!.dimension;
