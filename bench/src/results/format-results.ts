/** Turns rows and profiles into text that reads well both on a terminal and as Markdown. */
import type { Row } from '../row.js';
import type { ProfileShare, ProfileSummary } from './profile.js';

const figure = (value: number | undefined) =>
  value === undefined ? '' : value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 });

const cellsOf = (row: Row) => [
  row.measure,
  `${figure(row.ours)} ${row.unit}`,
  row.reference === undefined ? '' : `${figure(row.reference)} ${row.unit}`,
  row.ratio === undefined ? '' : `${row.ratio.toFixed(row.ratio < 10 ? 2 : 1)}x`,
  row.bar ?? '',
  row.met === undefined ? '' : row.met ? 'met' : 'missed',
  row.rounds ?? '',
];

/** A Markdown table whose columns line up. */
function formatTable(head: string[], body: string[][]): string[] {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...body].map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}

export function formatRows(rows: Row[]): string[] {
  return formatTable(['measure', 'ours', 'reference', 'ratio', 'bar', 'result', 'rounds'], rows.map(cellsOf));
}

const formatShares = (what: string, shares: ProfileShare[]) =>
  formatTable(
    [what, 'self time'],
    shares.map((share) => [share.what.replaceAll('|', '/'), `${share.percent.toFixed(1)} %`]),
  );

/** `title` says of which service under which measure. */
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
