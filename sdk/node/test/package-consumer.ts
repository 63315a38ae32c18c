/** A temporary application with the built package installed. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Consumer {
  folder: string;
  /** Returns the path of the file. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** Also installs `others`, which are dependencies of the tests. */
export async function createConsumer(others: string[] = []): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-consumer-'));
  const links: [string, string][] = [['@millrace/node', packageFolder]];
  for (const name of others) links.push([name, join(packageFolder, 'node_modules', name)]);
  for (const [name, target] of links) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(target, link);
  }
  return {
    folder,
    async write(name, text) {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Path of the TypeScript compiler. */
export const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
