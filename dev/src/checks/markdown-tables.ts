/** Cells of all table rows in the sections whose heading contains `title`, without the head of each table. */
export function tableRows(markdown: string, title: string): string[][] {
  const rows: string[][] = [];
  let depth = 0;
  let head = true;
  for (const line of markdown.split('\n')) {
    const heading = /^(#+)\s+(.*)$/.exec(line);
    if (heading) {
      const level = heading[1]?.length ?? 0;
      if (heading[2]?.toLowerCase().includes(title.toLowerCase())) depth = level;
      else if (level <= depth) depth = 0;
    }
    const cells = depth > 0 ? cellsOf(line) : undefined;
    if (!cells) head = true;
    else if (cells.every((cell) => /^:?-+:?$/.test(cell))) head = false;
    else if (!head) rows.push(cells);
  }
  return rows;
}

function cellsOf(line: string): string[] | undefined {
  const inner = /^\s*\|(.*)\|\s*$/.exec(line)?.[1];
  // An escaped bar is part of the cell.
  return inner?.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

/** The texts in backticks within a cell. */
export function codeWords(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}
