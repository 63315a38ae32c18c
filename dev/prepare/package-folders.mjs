import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders below `root` that hold a package, such as `shared` and `sdk/browser`. */
export function packageFolders(root) {
  return [...namesIn(root), ...namesIn(join(root, 'sdk')).map((name) => `sdk/${name}`)].filter((folder) =>
    existsSync(join(root, folder, 'package.json')),
  );
}

const namesIn = (folder) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name !== 'node_modules' && name !== 'dist') : [];
