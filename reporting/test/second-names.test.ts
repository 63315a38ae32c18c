/** Second names of files: impossible ones do not prevent a file's removal, and copies are used where links are not supported. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDiskStore } from '../src/exports/disk-store.js';

let folder: string;
const file = '0190a5b0-7c3d-7000-8000-000000000001.csv';

async function* chunks() {
  yield Buffer.from('a,b\r\n');
}
/** Like a file system without links. */
const refuseLink = () => Promise.reject(Object.assign(new Error('not supported'), { code: 'ENOTSUP' }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-names-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const files = async () => (await readdir(folder)).sort();

it.each(['../x', '.x', 'a'.repeat(201), '0190a5b0-7c3d-7000-8000-000000000002.csv'])(
  '%s is not a second name and does not prevent the removal',
  async (name) => {
    const store = createDiskStore(folder);
    await store.write(file, chunks());
    await store.removeName!(file, name);
    await store.remove(file);
    expect(await files()).toEqual([]);
  },
);

it('a copy is removed like a link, created once, and may already exist after a crash', async () => {
  const store = createDiskStore(folder, refuseLink);
  await store.write(file, chunks());
  await store.addName!(file, 'june.csv');
  await store.addName!(file, 'june.csv');
  expect(await files()).toEqual([file, 'june.csv']);
  await store.removeName!(file, 'june.csv');
  expect(await files()).toEqual([file]);
});

it.each([
  ['another content', 'a,c\r\n', refuseLink],
  ['more content', 'a,b\r\n1,2\r\n', refuseLink],
  ['the same content where links are supported', 'a,b\r\n', undefined],
])('another file with %s stays', async (_what, text, linkFile) => {
  const store = createDiskStore(folder, linkFile);
  await store.write(file, chunks());
  await writeFile(join(folder, 'june.csv'), text);
  await expect(store.addName!(file, 'june.csv')).rejects.toThrow('EXPORT_DIR already has a file "june.csv"');
  await store.removeName!(file, 'june.csv');
  expect(await files()).toEqual([file, 'june.csv']);
});
