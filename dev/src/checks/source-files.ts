import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageFolders } from '../../prepare/package-folders.mjs';

/** One file of a package. */
export interface SourceFile {
  /** Path from the workspace's folder. */
  path: string;
  /** Folder of the package, such as `shared` or `sdk/node`. */
  package: string;
  /** True for tests and what only tests use. */
  isTest: boolean;
  text: string;
}

const skippedFolders = new Set(['node_modules', 'dist']);

/** Every TypeScript and JavaScript file of every package. */
export function readSourceFiles(root: string): SourceFile[] {
  return packageFolders(root).flatMap((folder) =>
    walk(join(root, folder))
      .filter((file) => /\.(ts|tsx|mts|mjs|js)$/.test(file))
      .map((file) => ({
        path: relative(root, file),
        package: folder,
        isTest: folder === 'e2e' || /\/(test|testing)\//.test(file.slice(root.length)),
        text: readFileSync(file, 'utf8'),
      })),
  );
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : walk(join(folder, entry.name));
    return entry.isFile() ? [join(folder, entry.name)] : [];
  });
}
