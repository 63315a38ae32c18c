/** Turns the names of source files into those that say nothing about what is inside. */
import { posix } from 'node:path';
import { readSourceFiles } from '../source-files.js';

const emptyNames = new Set(['index', 'utils', 'util', 'helpers', 'helper', 'lib', 'common', 'types', 'misc']);

/** Refuses barrels and junk drawers, and names that are not kebab-case. */
export function checkFileNames(root: string): string[] {
  return readSourceFiles(root).flatMap(({ path }) => {
    const parts = path.split('/').slice(1);
    const stem = posix.basename(path).replace(/(\.test|\.bench|\.d|\.config)?\.[a-z]+$/, '');
    const empty = [...parts.slice(0, -1), stem].find((part) => emptyNames.has(part));
    if (empty) return [`${path}: "${empty}" says nothing; name it for what it does`];
    return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem) ? [] : [`${path}: file names are kebab-case`];
  });
}
