/** The definitions of all names as Markdown: whole as docs/query.md, in parts as descriptions of the OpenAPI document. */
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

/** The whole page. */
export const renderDefinitions = (): string => `# What the names of a query mean

<!-- Written by \`npm run check -- --update-docs\` from metric-catalogue.ts and dimension-catalogue.ts in reporting/src/query/ and from
reporting/src/query-request/definitions.ts: change it there. -->

Names that are aliases of the Plausible Stats API v2 mean what the name here means.

## Metrics

An event is *in scope* of a row when it lies in the range and in the row's bucket, has the row's values, and matches the filters.

${table(['metric', 'definition'], named(metricMeanings))}

${numberRule}

## Dimensions

${table(['dimension', 'definition'], [...named(dimensionMeanings), ...named(unitMeanings, 'time:')])}

${fillRule}

${sizeRule}

## Operators of filters

${table(['operator', 'an event fits when'], named(operatorMeanings))}

Several values are alternatives. \`and\`, \`or\` and \`not\` join conditions.

${botsRule}

## Ranges

Days are days of the zone of the query. A range that ends with today is compared in whole days, today included;
\`day\` up to the present time of day.

${table(
  ['range', 'spans', '`previous_period` compares with', '`year_over_year` compares with'],
  rangeMeanings().map(({ name, meaning, previous, yearBefore }) => [`\`${name}\``, meaning, previous, yearBefore]),
)}

## What \`include\` adds

${table(['`include`', 'meaning'], named(includeMeanings))}

## Comparison

${table(['`include.comparison`', 'the earlier range'], named(comparisonMeanings))}

${table(['`include.match`', 'meaning'], named(matchMeanings))}

${pairingRules.map((rule) => `- ${rule}`).join('\n')}

## Many queries at once

\`POST /api/v1/query/batch\` takes up to ${batchLimits.queries} queries about one site and range, and answers all of them as of one moment:

\`\`\`json
{"site_id":"demo","date_range":"30d","filters":[["is","property:device",["mobile"]]],"queries":[
  {"id":"pages","metrics":["views","visitors"],"dimensions":["path"],"order_by":[["visitors","desc"]],"limit":10},
  {"id":"days","metrics":["visitors"],"dimensions":["time:day"],"include":{"comparison":"previous_period"}}]}
\`\`\`

${batchRules.map((rule) => `- ${rule}`).join('\n')}
`;
