/** The documents of the repository and their fenced blocks, for the checks and for the test that runs them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DocumentBlock {
  /** Such as `sh`; empty if the fence has none. */
  language: string;
  lines: string[];
}

export interface PrintedCommand {
  /** May have several lines. */
  command: string;
  /** The expected output from the `#` lines below it, where `…` is any text; undefined without such lines. */
  output: string | undefined;
}

/** Paths of README.md, then those of docs/ by name, then those without commands. */
export function documentPaths(root: string): string[] {
  const docs = existsSync(join(root, 'docs')) ? readdirSync(join(root, 'docs')).sort() : [];
  const pages = docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
  return ['README.md', ...pages, 'ARCHITECTURE.md', 'CONTRIBUTING.md'].filter((path) => existsSync(join(root, path)));
}

export const readDocument = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');

export function documentBlocks(markdown: string): DocumentBlock[] {
  const blocks: DocumentBlock[] = [];
  let open: DocumentBlock | undefined;
  for (const line of markdown.split('\n')) {
    const [, language] = /^\s*```(\w*)/.exec(line) ?? [];
    if (language === undefined) open?.lines.push(line);
    else if (open) open = undefined;
    else {
      open = { language, lines: [] };
      blocks.push(open);
    }
  }
  return blocks;
}

/** Whether a command continues on the next line, because of an open quote or a backslash at the end. */
const isUnfinished = (text: string) => text.endsWith('\\') || text.replace(/"[^"]*"|[^']/g, '').length % 2 === 1;

/** The commands of a block marked `sh`, in order. */
export function commandsOf({ lines }: DocumentBlock): PrintedCommand[] {
  const commands: PrintedCommand[] = [];
  let unfinished = '';
  for (const line of lines) {
    const last = commands.at(-1);
    if (unfinished === '' && line.startsWith('# ')) {
      if (last) last.output = last.output === undefined ? line.slice(2) : `${last.output}\n${line.slice(2)}`;
      continue;
    }
    const command = unfinished + line;
    unfinished = isUnfinished(command) ? `${command}\n` : '';
    if (unfinished === '' && command.trim() !== '') commands.push({ command, output: undefined });
  }
  return commands;
}
