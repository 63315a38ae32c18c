import { changeOf } from '../query/compare-periods.js';
import { ratio } from '../query/page-rows.js';
import type { Column, Dataset, DatasetContext, KeyColumn, Row } from './dataset.js';
import { batchesInMemory, runQuery } from './query-rows.js';

const columns: Column[] = [
  { name: 'metric', title: 'Figure', type: 'text' },
  { name: 'value', title: 'Now', type: 'number' },
  { name: 'previous', title: 'Before', type: 'number' },
  { name: 'change', title: 'Change', type: 'number', unit: 'percent' },
];
const key: KeyColumn[] = [{ name: 'metric' }];

const hourMs = 3_600_000;

interface Figures {
  value: (number | null)[];
  previous: (number | null)[];
}

/** Metrics of a range and of the previous one, without dimensions. */
async function figuresOf(context: DatasetContext, metrics: string[], date_range?: string): Promise<Figures> {
  const include = { comparison: 'previous_period' } as const;
  const { rows, comparisonRows } = await runQuery(context, {
    metrics,
    dimensions: [],
    include,
    ...(date_range && { date_range }),
  });
  // All are numbers: only metrics over properties are strings.
  const [value, previous] = [rows[0]!, comparisonRows![0]!].map((row) => row.metrics as (number | null)[]);
  return { value: value!, previous: previous! };
}

const textOf = (number: number | null) => (number === null ? null : String(number));

function rowOf(metric: string, value: number | null, previous: number | null): Row {
  return [metric, textOf(value), textOf(previous), textOf(changeOf(previous, value))];
}

/** Includes views without a visitor, so rollups can answer it. */
const viewsPerVisitor = ([, views, visitors]: (number | null)[]) => ratio(views ?? 0, visitors ?? 0);

async function performanceRows(context: DatasetContext): Promise<Row[]> {
  const { now } = context;
  const lastHour = { ...context, range: { from: new Date(now.getTime() - hourMs), to: now } };
  const names = ['events', 'views', 'visitors'];
  const today = await figuresOf(context, names, 'day');
  const hour = await figuresOf(lastHour, ['events']);
  return [
    ...names.map((name, place) => rowOf(name, today.value[place]!, today.previous[place]!)),
    rowOf('views_per_visitor', viewsPerVisitor(today.value), viewsPerVisitor(today.previous)),
    rowOf('events_last_hour', hour.value[0]!, hour.previous[0]!),
  ];
}

export const performanceMetrics: Dataset = {
  id: 'performance-metrics',
  title: 'Today so far',
  description:
    'Events, views, visitors and views per visitor (all views divided by all visitors) of today, compared with yesterday up to the same time of day, and events of the last hour, compared with the hour before. Changes are in whole percent, or null if the earlier value is 0.',
  params: {},
  example: {},
  reads: 'events',
  dependsOnClock: true,
  columns: () => columns,
  key: () => key,
  rows: (context, params) => batchesInMemory(context, params, performanceMetrics, () => performanceRows(context)),
};
