/** Gives a file a second name in its folder: a hard link, or a copy if the file system has no links. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, lstat, open, unlink } from 'node:fs/promises';

/** Like `link` of node:fs. */
export type LinkFile = (path: string, second: string) => Promise<void>;

const noLinkCodes = ['EPERM', 'ENOTSUP', 'EXDEV', 'EMLINK'];

/** Returns false if the file system has no hard links. */
async function linkIfPossible(linkFile: LinkFile, path: string, second: string): Promise<boolean> {
  try {
    await linkFile(path, second);
    return true;
  } catch (error) {
    if (!noLinkCodes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}

/** Tries a link named `.part`, which is cleaned up with the file. */
async function hasLinks(linkFile: LinkFile, path: string): Promise<boolean> {
  const trial = `${path}.part`;
  await unlink(trial).catch(() => undefined);
  if (!(await linkIfPossible(linkFile, path, trial))) return false;
  await unlink(trial);
  return true;
}

async function checksumOf(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const hash = createHash('sha256');
  for await (const chunk of handle.createReadStream()) hash.update(chunk);
  return hash.digest('hex');
}

const hasSameContent = async (path: string, second: string) => (await checksumOf(path)) === (await checksumOf(second));

export function createSecondNames(linkFile: LinkFile = link) {
  return {
    /** @throws an error with code EEXIST if the name is taken. */
    async add(path: string, second: string): Promise<void> {
      if (!(await linkIfPossible(linkFile, path, second))) await copyFile(path, second, constants.COPYFILE_EXCL);
    },
    /** Whether `second` is a second name of the file. A copy is recognized by its content, but only if the file system has no links. */
    async isSecondName(path: string, second: string): Promise<boolean> {
      const [a, b] = await Promise.all([lstat(path), lstat(second)]);
      if (!b.isFile()) return false;
      if (a.ino === b.ino && a.dev === b.dev) return true;
      return a.size === b.size && !(await hasLinks(linkFile, path)) && (await hasSameContent(path, second));
    },
  };
}
