import type { Row } from '../row.js';
import type { ProfileShare, ProfileSummary } from './profile.js';

const figure = (value: number | undefined) =>
  value === undefined ? '' : value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 });

function resultOf({ met, notMeasured }: Row): string {
  if (notMeasured) return 'not measured';
  return met === undefined ? '' : met ? 'met' : 'missed';
}

const cellsOf = (row: Row) => [
  row.measure,
  Number.isNaN(row.ours) ? '' : `${figure(row.ours)} ${row.unit}`,
  row.reference === undefined ? '' : `${figure(row.reference)} ${row.unit}`,
  row.ratio === undefined ? '' : `${row.ratio.toFixed(row.ratio < 10 ? 2 : 1)}x`,
  row.bar ?? '',
  resultOf(row),
  row.rounds ?? '',
  row.note ?? '',
];

/** A Markdown table with aligned columns, readable on a terminal too. */
function formatTable(head: string[], body: string[][]): string[] {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...body].map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}

export function formatRows(rows: Row[]): string[] {
  const head = ['measure', 'ours', 'reference', 'ratio', 'bar', 'result', 'rounds', 'note'];
  const hasNotes = rows.some(({ note }) => note !== undefined);
  const columns = hasNotes ? head.length : head.length - 1;
  return formatTable(
    head.slice(0, columns),
    rows.map((row) => cellsOf(row).slice(0, columns)),
  );
}

const formatShares = (what: string, shares: ProfileShare[]) =>
  formatTable(
    [what, 'self time'],
    shares.map((share) => [share.what.replaceAll('|', '/'), `${share.percent.toFixed(1)} %`]),
  );

/** `title` names the service and the measure. */
export function formatProfile(
  title: string,
  { busySeconds, idleSeconds, packages, functions }: ProfileSummary,
): string[] {
  return [
    `### Where the time goes: ${title}`,
    '',
    `Busy for ${busySeconds.toFixed(1)} s, idle for ${idleSeconds.toFixed(1)} s; shares of the busy time.`,
    '',
    ...formatShares('package', packages),
    '',
    ...formatShares('function', functions),
  ];
}
