/** Renders docs/query.md, and parts of it as descriptions in the OpenAPI document. */
import {
  batchRules,
  botsRule,
  comparisonMeanings,
  dimensionMeanings,
  fillRule,
  includeMeanings,
  matchMeanings,
  metricMeanings,
  numberRule,
  operatorMeanings,
  pairingRules,
  rangeMeanings,
  sizeRule,
  unitMeanings,
} from '../query-request/definitions.js';
import { batchLimits } from '../query-request/parse-batch.js';

const list = (meanings: Record<string, string>, prefix = '') =>
  Object.entries(meanings)
    .map(([name, meaning]) => `- \`${prefix}${name}\`: ${meaning}`)
    .join('\n');

export const metricsText = (): string => `${list(metricMeanings)}\n\n${numberRule}`;
export const dimensionsText = (): string =>
  `${list(dimensionMeanings)}\n${list(unitMeanings, 'time:')}\n\n${fillRule}\n\n${sizeRule}`;
export const operatorsText = (): string => list(operatorMeanings);
export const rangesText = (): string =>
  rangeMeanings()
    .map(({ name, meaning }) => `- \`${name}\`: ${meaning}`)
    .join('\n');
export const comparisonText = (): string => list(comparisonMeanings);
export const matchText = (): string => list(matchMeanings);

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const named = (meanings: Record<string, string>, prefix = '') =>
  Object.entries(meanings).map(([name, meaning]) => [`\`${prefix}${name}\``, meaning]);

export const renderDefinitions = (): string => `# Query reference

<!-- Written by \`npm run check -- --update-docs\` from metric-catalogue.ts and dimension-catalogue.ts in reporting/src/query/ and from
reporting/src/query-request/definitions.ts. Edit those instead. -->

The names of the Plausible Stats API v2 are accepted as aliases and mean the same as the names here.

## Metrics

An event is *in scope* for a row if it is in the range and in the row's bucket, has the row's values and matches the filters.

${table(['metric', 'definition'], named(metricMeanings))}

${numberRule}

## Dimensions

${table(['dimension', 'definition'], [...named(dimensionMeanings), ...named(unitMeanings, 'time:')])}

${fillRule}

${sizeRule}

## Operators of filters

${table(['operator', 'matches an event if'], named(operatorMeanings))}

Several values are alternatives. \`and\`, \`or\` and \`not\` combine conditions.

${botsRule}

## Ranges

Days are in the time zone of the query. A range that ends today is compared by whole days, including today; only \`day\` is compared up to the
current time of day.

${table(
  ['range', 'covers', '`previous_period` compares with', '`year_over_year` compares with'],
  rangeMeanings().map(({ name, meaning, previous, yearBefore }) => [`\`${name}\``, meaning, previous, yearBefore]),
)}

## Include

${table(['`include`', 'meaning'], named(includeMeanings))}

## Comparison

${table(['`include.comparison`', 'the earlier range'], named(comparisonMeanings))}

${table(['`include.match`', 'meaning'], named(matchMeanings))}

${pairingRules.map((rule) => `- ${rule}`).join('\n')}

## Batches

\`POST /api/v1/query/batch\` takes up to ${batchLimits.queries} queries about one site and range and answers all of them from one snapshot:

\`\`\`json
{"site_id":"demo","date_range":"30d","filters":[["is","property:device",["mobile"]]],"queries":[
  {"id":"pages","metrics":["views","visitors"],"dimensions":["path"],"order_by":[["visitors","desc"]],"limit":10},
  {"id":"days","metrics":["visitors"],"dimensions":["time:day"],"include":{"comparison":"previous_period"}}]}
\`\`\`

${batchRules.map((rule) => `- ${rule}`).join('\n')}
`;
