/** Checks that manifests, changelog, code and OpenAPI documents name the same version. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageFolders } from '../../prepare/package-folders.mjs';
import { loadOpenApiDocuments } from './openapi-documents.js';

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

/** The first heading with a version, which is the newest release. */
function newestEntry(root: string): string | undefined {
  const file = join(root, 'CHANGELOG.md');
  return existsSync(file) ? /^## (\d\S*)/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}

async function builtVersions(root: string): Promise<Named> {
  const file = join(root, 'shared', 'dist', 'platform', 'version.js');
  const program = existsSync(file)
    ? ((await import(pathToFileURL(file).href)) as { version: string }).version
    : undefined;
  const documents = (await loadOpenApiDocuments(root)).map(([service, document]): Named[number] => [
    `the OpenAPI document of ${service}`,
    document?.info.version,
  ]);
  return [['shared/src/platform/version.ts', program], ...documents];
}
