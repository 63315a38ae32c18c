/** Checks that manifests, changelog, code and OpenAPI document name the same version. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageFolders } from '../../prepare/package-folders.mjs';

/** Version by place; undefined if a place has none. */
type Named = [place: string, version: string | undefined][];

/** Compares everything with the root's package.json. `/health` and `GET /` return the constant of shared/src/platform/version. */
export async function checkVersion(root: string): Promise<string[]> {
  const right = manifestVersion(join(root, 'package.json'));
  const named: Named = [...manifests(root), ['CHANGELOG.md', newestEntry(root)], ...(await builtVersions(root))];
  return named
    .filter(([, version]) => version !== right)
    .map(([place, version]) => `${place} says ${version ?? 'nothing'} where package.json says ${right ?? 'nothing'}`);
}

const manifestVersion = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version;

function manifests(root: string): Named {
  return packageFolders(root).map((folder) => [
    `${folder}/package.json`,
    manifestVersion(join(root, folder, 'package.json')),
  ]);
}

/** The first heading with a version, which is the newest. */
function newestEntry(root: string): string | undefined {
  const file = join(root, 'CHANGELOG.md');
  return existsSync(file) ? /^## (\d\S*)/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}

async function builtVersions(root: string): Promise<Named> {
  const program = await load<{ version: string }>(join(root, 'shared', 'dist', 'platform', 'version.js'));
  const api = await load<{ describeApi(): { info: { version: string } } }>(
    join(root, 'reporting', 'dist', 'openapi', 'describe-api.js'),
  );
  return [
    ['shared/src/platform/version.ts', program?.version],
    ['the OpenAPI document', api?.describeApi().info.version],
  ];
}

async function load<T>(file: string): Promise<T | undefined> {
  return existsSync(file) ? ((await import(pathToFileURL(file).href)) as T) : undefined;
}
