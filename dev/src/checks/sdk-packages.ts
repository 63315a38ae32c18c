/** Proves that each SDK is as small as it promises, and that whoever installs it gets working imports and types. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolders } from '../../prepare/package-folders.mjs';
import { runProgram } from '../run-program.js';

/** Programs by where they lie in the packages that have them as development tools. */
const tools: [script: string, ...args: string[]][] = [
  ['size-limit/bin.js'],
  ['publint/src/cli.js', 'run', '.', '--strict', '--pack', 'npm'],
  ['@arethetypeswrong/cli/dist/index.js', '.', '--format', 'ascii', '--no-emoji', '--no-color'],
];

/** Looks at what `npm pack` would publish; what each tool is to find is said in the package. */
export async function checkSdkPackages(root: string): Promise<string[]> {
  const folders = packageFolders(root).filter((folder) => folder.startsWith('sdk/'));
  const runs = folders.flatMap((folder) => tools.map((tool) => run(join(root, folder), tool)));
  return (await Promise.all(runs)).filter((problem) => problem !== undefined);
}

async function run(folder: string, [script, ...args]: (typeof tools)[number]): Promise<string | undefined> {
  const path = join(folder, 'node_modules', script);
  if (!existsSync(path)) return undefined;
  const { code, output } = await runProgram(path, args, { cwd: folder });
  return code === 0 ? undefined : output;
}
