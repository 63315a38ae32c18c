/** Looks at the SDKs as those who install them would: are the files there, and do the types fit them. */
import { join } from 'node:path';
import { runProgram } from '../run-program.js';
import { sdkFolders } from '../source-files.js';

/** Bins of two packages of this folder, each run in the folder of an SDK. `.attw.json` there says which importers it is for. */
const tools = [
  { bin: ['publint', 'src', 'cli.js'], args: ['run', '--strict', '--pack', 'npm'] },
  { bin: ['@arethetypeswrong', 'cli', 'dist', 'index.js'], args: ['--pack', '.', '--format', 'ascii', '--no-color'] },
];

/** Runs `publint` and `attw --pack` for every folder in sdk/, which must be built. */
export async function checkPublishedPackages(root: string): Promise<string[]> {
  const runs = sdkFolders(root).flatMap((folder) =>
    tools.map(async ({ bin, args }) => {
      const script = join(root, 'dev', 'node_modules', ...bin);
      const { code, output } = await runProgram(script, args, { cwd: join(root, folder) });
      return code === 0 ? [] : [`${folder}: ${output}`];
    }),
  );
  return (await Promise.all(runs)).flat();
}
