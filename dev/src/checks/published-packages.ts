/** Checks the SDKs as their users install them: size, files and types. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolders } from '../../prepare/package-folders.mjs';
import { runProgram } from '../processes/run-program.js';

/**
 * Tools by the folder that installs them; undefined means the SDK itself: only SDKs with a size limit have `size-limit`.
 * `.attw.json` in an SDK says which importers it is for.
 */
const tools = [
  { owner: undefined, bin: ['size-limit', 'bin.js'], args: [] },
  { owner: 'dev', bin: ['publint', 'src', 'cli.js'], args: ['run', '--strict', '--pack', 'npm'] },
  {
    owner: 'dev',
    bin: ['@arethetypeswrong', 'cli', 'dist', 'index.js'],
    args: ['--pack', '.', '--format', 'ascii', '--no-emoji', '--no-color'],
  },
];

/** Runs `size-limit`, `publint` and `attw --pack` for every folder in sdk/ after a build. */
export async function checkPublishedPackages(root: string): Promise<string[]> {
  const sdks = packageFolders(root).filter((folder) => folder.startsWith('sdk/'));
  const runs = sdks.flatMap((folder) => tools.map((tool) => runTool(root, folder, tool)));
  return (await Promise.all(runs)).flat();
}

async function runTool(root: string, folder: string, { owner, bin, args }: (typeof tools)[number]): Promise<string[]> {
  const script = join(root, owner ?? folder, 'node_modules', ...bin);
  if (owner === undefined && !existsSync(script)) return [];
  const { code, output } = await runProgram(script, args, { cwd: join(root, folder) });
  return code === 0 ? [] : [`${folder}: ${output}`];
}
