/** Turns the imports of all packages into those that cross a boundary or are not declared. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { packageFolders } from '../../prepare/package-folders.mjs';
import { importsOf, readSourceFiles, type SourceFile } from '../source-files.js';

interface Manifest {
  name?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  /** What the application that installs it has. */
  peerDependencies?: Record<string, string>;
}

/** Which packages of ours a package may import; every other one may import only shared. */
const allowed: Record<string, string[]> = {
  shared: [],
  // Serves the built script to pages.
  ingestion: ['@millrace/shared', '@millrace/browser'],
  // Serves the built dashboard.
  reporting: ['@millrace/shared', '@millrace/dashboard'],
  dashboard: [],
  // Rolls and answers of many random histories, in one process.
  e2e: ['@millrace/shared', '@millrace/dev', '@millrace/processor', '@millrace/reporting'],
  bench: ['@millrace/shared', '@millrace/dev'],
};

/** What an application installs brings nothing of ours along; its tests may start all of it. */
function allowedIn(file: SourceFile): string[] {
  if (file.package.startsWith('sdk/') && !file.isTest) return [];
  return allowed[file.package] ?? ['@millrace/shared'];
}

/** Services meet in shared only; whatever is imported is declared by the package that imports it. */
export function checkPackageImports(root: string): string[] {
  const manifests = new Map(packageFolders(root).map((folder) => [folder, readManifest(join(root, folder))]));
  const tools = Object.keys(readManifest(root).devDependencies ?? {});
  return readSourceFiles(root).flatMap((file) => {
    const manifest = manifests.get(file.package) ?? {};
    return importsOf(file)
      .map((specifier) => importProblem(file, specifier, manifest, tools))
      .filter((problem) => problem !== undefined)
      .map((problem) => `${file.path}: ${problem}`);
  });
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function importProblem(file: SourceFile, specifier: string, own: Manifest, tools: string[]): string | undefined {
  if (specifier.startsWith('node:')) return undefined;
  if (isBuiltin(specifier)) return `"${specifier}" is part of Node: import "node:${specifier}"`;
  if (specifier.startsWith('.')) return relativeProblem(file, specifier);
  const name = packageOf(specifier);
  if (name.startsWith('@millrace/')) {
    const problem = boundaryProblem(file, specifier, name, own);
    if (problem || own.name === name) return problem;
  }
  return declarationProblem(file, name, own, tools);
}

function relativeProblem(file: SourceFile, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(file.path), specifier);
  if (target.startsWith(`${file.package}/`)) return undefined;
  return `"${specifier}" leads out of the package: import shared code as @millrace/shared/<file>`;
}

function boundaryProblem(file: SourceFile, specifier: string, name: string, own: Manifest): string | undefined {
  if (own.name !== name && !allowedIn(file).includes(name)) {
    return `${file.package} must not import ${name}: packages meet only in @millrace/shared, and SDKs stand alone`;
  }
  if (!file.isTest && specifier.startsWith('@millrace/shared/testing')) return `"${specifier}" is for tests only`;
  return undefined;
}

function declarationProblem(file: SourceFile, name: string, own: Manifest, tools: string[]): string | undefined {
  if (own.dependencies?.[name] ?? own.peerDependencies?.[name]) return undefined;
  const forTests = { ...own.devDependencies, ...Object.fromEntries(tools.map((tool) => [tool, 'workspace root'])) };
  const isForUs = file.isTest || isBuildScript(file);
  if (isForUs && forTests[name]) return undefined;
  const where = isForUs ? 'dependencies or devDependencies' : 'dependencies';
  return `"${name}" is not among the ${where} of ${file.package}/package.json`;
}

/** What lies beside the sources of what runs in browsers and applications is not part of it. */
const isBuildScript = ({ path, package: folder }: SourceFile): boolean =>
  (folder.startsWith('sdk/') || folder === 'dashboard') && !path.startsWith(`${folder}/src/`);

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
