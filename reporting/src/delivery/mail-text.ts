import type { MailContent, ShownFigure } from './mail-content.js';

/** A table: the first column is aligned left, the others right. */
function columns(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_cell, place) => Math.max(...rows.map((row) => [...row[place]!].length)));
  const pad = (cell: string, place: number) => {
    const space = ' '.repeat(widths[place]! - [...cell].length);
    return place === 0 ? cell + space : space + cell;
  };
  return rows.map((row) => row.map(pad).join('   ').trimEnd()).join('\n');
}

function figuresText(figures: ShownFigure[]): string {
  if (figures.length === 0) return '';
  const isCompared = figures.some(({ change, previous }) => change !== undefined || previous !== undefined);
  const rows = figures.map(({ title, value, change, previous }) =>
    isCompared ? [title, value, change?.text ?? '', previous ?? ''] : [title, value],
  );
  return columns(isCompared ? [['', 'now', 'change', 'previous'], ...rows] : rows);
}

function changesText({ changes }: MailContent): string {
  if (changes.length === 0) return '';
  const rows = changes.map(({ title, before, now }) => [title, before, now]);
  return `What changed since the last revision:\n\n${columns([['', 'was', 'is now'], ...rows])}`;
}

const withUrl = ({ sentence, url }: { sentence: string; url: string | undefined }) =>
  url === undefined ? sentence : `${sentence}\n${url}`;

export function mailText(content: MailContent): string {
  const { title, site, period, revision = '', figures, file, reason, stop } = content;
  const heading = `${title}\n${site} · ${period}`;
  const parts = [heading, revision, changesText(content), figuresText(figures), withUrl(file)];
  const body = parts.filter((part) => part !== '').join('\n\n');
  return `${body}\n\n-- \n${reason}\n${withUrl(stop)}\n`;
}
