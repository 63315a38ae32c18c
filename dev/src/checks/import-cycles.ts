/** Turns the imports between our own files into the circles among them. */
import { posix } from 'node:path';
import { importsOf, readSourceFiles, type SourceFile } from '../source-files.js';

/** Finds circles, imports of mere types included; each is shown as the path that leads back to its start. */
export function checkImportCycles(root: string): string[] {
  const files = readSourceFiles(root);
  const known = new Set(files.map((file) => file.path));
  const graph = new Map(files.map((file) => [file.path, targetsOf(file, known)]));
  const done = new Set<string>();
  const problems: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) {
      problems.push(`import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return problems;
}

function targetsOf(file: SourceFile, known: Set<string>): string[] {
  return importsOf(file)
    .map((specifier) => sourcePath(file, specifier))
    .filter((path) => path !== undefined)
    .flatMap((path) => [path, path.replace(/\.js$/, '.ts')])
    .filter((path) => known.has(path));
}

function sourcePath(file: SourceFile, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file.path), specifier);
  const ours = /^@millrace\/([^/]+)\/(.+)$/.exec(specifier);
  if (!ours) return undefined;
  const [, folder, path] = ours;
  return path?.startsWith('testing/') ? `${folder}/${path}.ts` : `${folder}/src/${path}.ts`;
}
