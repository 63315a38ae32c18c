import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeLeftovers } from '../prepare/build.mjs';
import { explainFailure } from '../prepare/explain-failure.mjs';
import { nodeProblem } from '../prepare/node-problem.mjs';
import { packageFolders } from '../prepare/package-folders.mjs';
import { tryLock, waitForLock } from '../prepare/process-lock.mjs';
import { runningPackages, transpile } from '../prepare/transpile.mjs';

const folder = mkdtempSync(join(tmpdir(), 'millrace-prepare-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the Node version', () => {
  it('is refused with one sentence if it is older than 20', () => {
    expect(nodeProblem('18.20.4')).toBe(
      'Millrace needs Node 20 or newer, but this is Node 18.20.4: install a current Node from https://nodejs.org and run the same command again.',
    );
  });

  it('is accepted from 20 on', () => {
    expect([nodeProblem('20.0.0'), nodeProblem('24.1.0')]).toEqual([undefined, undefined]);
  });
});

describe('the lock', () => {
  it('is held by one process and acquired by the next when it is released', async () => {
    const file = join(folder, 'a.lock');
    const first = tryLock(file);
    expect(tryLock(file)).toEqual({ heldBy: process.pid });
    let waitedFor = 0;
    const second = waitForLock(file, (pid) => {
      waitedFor = pid;
      first.release?.();
    });
    (await second)();
    expect(waitedFor).toBe(process.pid);
  });

  it('is released when its process dies', async () => {
    const file = join(folder, 'b.lock');
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => child.once('close', resolve));
    writeFileSync(file, JSON.stringify({ pid: child.pid, born: '1' }));
    tryLock(file).release?.();
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it('is not held by another process with the pid of a dead one', () => {
    const file = join(folder, 'c.lock');
    writeFileSync(file, JSON.stringify({ pid: process.pid, born: 'another life' }));
    expect(tryLock(file).release).toBeTypeOf('function');
  });

  it('can be acquired despite a truncated file', () => {
    const file = join(folder, 'd.lock');
    writeFileSync(file, '{"pi');
    expect(tryLock(file).release).toBeTypeOf('function');
  });
});

describe('the sentence for a failure', () => {
  it.each([
    ['ENOSPC: no space left on device, write', /^The disk is full/],
    ['EROFS: read-only file system, mkdir', /^The folder \/clone cannot be written/],
    ["EACCES: permission denied, open '/clone/x'", /^The folder \/clone cannot be written/],
    [
      'request to https://registry.npmjs.org/pnpm failed, reason: getaddrinfo ENOTFOUND',
      /^The package registry cannot be/,
    ],
    ['ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"', /^pnpm-lock.yaml does not match/],
  ])('explains %s', (output, sentence) => {
    expect(explainFailure(output, '/clone')).toMatch(sentence);
  });

  it('is left to the tool if the cause is unknown', () => {
    expect(explainFailure('something odd', '/clone')).toBeUndefined();
  });
});

describe('the packages', () => {
  it('are in the folder of the workspace, SDKs one level deeper', () => {
    const root = join(folder, 'workspace');
    for (const name of ['one', 'sdk/two', 'sdk/dist', 'node_modules/three', 'docs']) {
      mkdirSync(join(root, name), { recursive: true });
      if (name !== 'docs') writeFileSync(join(root, name, 'package.json'), '{}');
    }
    expect(packageFolders(root)).toEqual(['one', 'sdk/two']);
  });
});

describe('the build', () => {
  it('removes the output of deleted modules, and nothing else', () => {
    const made = join(folder, 'part', 'dist', 'inner');
    mkdirSync(made, { recursive: true });
    mkdirSync(join(folder, 'part', 'src', 'inner'), { recursive: true });
    writeFileSync(join(folder, 'tsconfig.json'), '{"references":[{"path":"part"}]}');
    writeFileSync(join(folder, 'part', 'tsconfig.json'), '{"compilerOptions":{"rootDir":"src","outDir":"dist"}}');
    writeFileSync(join(folder, 'part', 'src', 'inner', 'kept.ts'), '');
    writeFileSync(join(folder, 'part', 'package.json'), '{}');
    for (const name of ['kept', 'gone']) {
      for (const ending of ['js', 'js.map', 'd.ts']) writeFileSync(join(made, `${name}.${ending}`), '');
    }
    for (const name of ['tsconfig.tsbuildinfo', 'bundle.js']) writeFileSync(join(made, name), '');
    removeLeftovers(folder);
    expect(readdirSync(made).sort()).toEqual([
      'bundle.js',
      'kept.d.ts',
      'kept.js',
      'kept.js.map',
      'tsconfig.tsbuildinfo',
    ]);
  });

  it('removes those of a package that is compiled without types, too', () => {
    const root = join(folder, 'lean');
    for (const name of ['src', 'dist']) mkdirSync(join(root, 'shared', name), { recursive: true });
    writeFileSync(join(root, 'tsconfig.json'), '{"references":[{"path":"shared"}]}');
    writeFileSync(join(root, 'shared', 'tsconfig.json'), '{"compilerOptions":{"rootDir":"src","outDir":"dist"}}');
    writeFileSync(join(root, 'shared', 'src', 'kept.ts'), '');
    for (const name of ['kept.js', 'gone.js', 'gone.js.map']) writeFileSync(join(root, 'shared', 'dist', name), '');
    removeLeftovers(root);
    expect(readdirSync(join(root, 'shared', 'dist'))).toEqual(['kept.js']);
  });
});

describe('the build of what `npm start` runs', () => {
  const root = join(folder, 'transpiled');
  const source = join(root, 'shared', 'src', 'inner', 'one.ts');
  const output = join(root, 'shared', 'dist', 'inner', 'one.js');
  const record = join(root, 'shared', 'tsconfig.tsbuildinfo');
  /** Sets the time of modification, in seconds from now. */
  const touch = (file: string, seconds: number) => utimesSync(file, Date.now() / 1_000, Date.now() / 1_000 + seconds);

  for (const name of runningPackages) mkdirSync(join(root, name, 'src', 'inner'), { recursive: true });
  writeFileSync(
    source,
    "import type { Other } from './other.js';\nexport const one = (other: Other): number => other.value;\n",
  );
  writeFileSync(join(root, 'shared', 'src', 'global.d.ts'), 'declare const global: string;');

  it('compiles each module, without declarations', async () => {
    await transpile(root);
    expect(readFileSync(output, 'utf8')).toMatch(/const one = \(other\) => other\.value;/);
    expect(readFileSync(output, 'utf8')).not.toContain('other.js');
    expect(readdirSync(join(root, 'shared', 'dist'), { recursive: true }).sort()).toEqual([
      'inner',
      'inner/one.js',
      'inner/one.js.map',
    ]);
  });

  it('leaves a module alone that has not changed, so that the compiler does not build again', async () => {
    writeFileSync(record, '{}');
    touch(output, 60);
    const { mtimeMs } = statSync(output);
    await transpile(root);
    expect([statSync(output).mtimeMs, existsSync(record)]).toEqual([mtimeMs, true]);
  });

  it('makes the compiler build again what it has overwritten', async () => {
    touch(output, -60);
    writeFileSync(source, 'export const one = 2;\n');
    await transpile(root);
    expect(readFileSync(output, 'utf8')).toContain('one = 2');
    expect(existsSync(record)).toBe(false);
  });

  it('compiles a source that is older than its output, but was unpacked after it, as in an upgrade', async () => {
    touch(output, -60);
    writeFileSync(source, 'export const one = 2.5;\n');
    touch(source, -86_400);
    await transpile(root);
    expect(readFileSync(output, 'utf8')).toContain('one = 2.5');
  });

  it('dates an output to when its source was read, so that a change during the build is newer', async () => {
    writeFileSync(source, 'export const one = 2.75;\n');
    touch(output, -60);
    const built = transpile(root);
    const begunAt = Date.now();
    await built;
    expect(statSync(output).mtimeMs).toBeLessThanOrEqual(begunAt);
  });

  it('does not take an output for whole that was interrupted while it was written', async () => {
    writeFileSync(source, 'export const one = 3;\n');
    // A folder in its place makes the last step fail, as a full disk or a kill would.
    rmSync(output);
    mkdirSync(join(output, 'in-the-way'), { recursive: true });
    touch(output, -60);
    await expect(transpile(root)).rejects.toThrow();
    rmSync(output, { recursive: true });
    await transpile(root);
    expect(readFileSync(output, 'utf8')).toContain('one = 3');
  });

  it('names file and line of a mistake in the syntax', async () => {
    touch(output, -60);
    writeFileSync(source, 'export const = 3;\n');
    await expect(transpile(root)).rejects.toThrow(/inner\/one\.ts:1:13/);
  });
});
