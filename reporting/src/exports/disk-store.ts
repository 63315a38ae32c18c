/** Files of exports in a folder, which several machines may share. */
import { constants, createReadStream } from 'node:fs';
import { mkdir, open, realpath, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isChosenFileName, isGeneratedFileName } from '@millrace/shared/contract/file-name';
import { syncFolder, writePart } from './disk-files.js';
import { ExportFailure } from './export-failure.js';
import type { ByteRange, ExportStore } from './export-store.js';
import { createSecondNames, type LinkFile } from './second-name.js';

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error) => {
    if (!isMissing(error)) throw error;
  });
}

/** Nobody else may read it. */
const mode = 0o600;

/** Until the file is whole it has another name. */
async function writeWhole(folder: string, name: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const path = join(folder, name);
  const part = `${path}.part`;
  await writePart(part, chunks, mode);
  await rename(part, path);
  await syncFolder(folder);
}

export function createDiskStore(exportDir: string, linkFile?: LinkFile): ExportStore {
  const secondNames = createSecondNames(linkFile);

  /** Made where it is missing; other users of the machine have no business in it. */
  async function folder(): Promise<string> {
    await mkdir(exportDir, { recursive: true, mode: 0o700 });
    return realpath(exportDir);
  }

  function pathOf(root: string, file: string): string {
    if (!isGeneratedFileName(file)) throw new Error(`"${file}" is not the name of an export`);
    return join(root, file);
  }

  function namePath(root: string, name: string): string {
    if (isChosenFileName(name)) return join(root, name);
    throw new ExportFailure('outputPath must be a plain file name, and not of the form that exports have themselves.');
  }

  return {
    kind: 'disk',
    async write(file, chunks) {
      const root = await folder();
      pathOf(root, file);
      await writeWhole(root, file, chunks);
    },
    async open(file, { start, end }: ByteRange) {
      try {
        const path = pathOf(await realpath(exportDir), file);
        const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
        return createReadStream(path, { fd: handle, start, end });
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async remove(file) {
      const path = pathOf(await folder(), file);
      await removeIfThere(`${path}.part`);
      await removeIfThere(path);
    },
    async addName(file, name) {
      const root = await folder();
      const [path, second] = [pathOf(root, file), namePath(root, name)];
      try {
        await secondNames.add(path, second);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        if (await secondNames.isOne(path, second)) return;
        throw new ExportFailure(
          `There is a file "${name}" in EXPORT_DIR already: remove it, or choose another outputPath.`,
        );
      }
      await syncFolder(root);
    },
    async removeName(file, name) {
      // No file can have got it.
      if (!isChosenFileName(name)) return;
      const root = await folder();
      const [path, second] = [pathOf(root, file), namePath(root, name)];
      if (await secondNames.isOne(path, second).catch(() => false)) await removeIfThere(second);
    },
  };
}
