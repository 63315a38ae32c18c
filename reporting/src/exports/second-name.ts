/** A second name of a file in its folder: a link, which needs no space, or a copy where the file system has no links. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, lstat, open, unlink } from 'node:fs/promises';

/** As `link` of node:fs. */
export type LinkFile = (path: string, second: string) => Promise<void>;

const noLinkCodes = ['EPERM', 'ENOTSUP', 'EXDEV', 'EMLINK'];

/** False where the file system has no links. */
async function linkIfPossible(linkFile: LinkFile, path: string, second: string): Promise<boolean> {
  try {
    await linkFile(path, second);
    return true;
  } catch (error) {
    if (!noLinkCodes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}

/** Whether there are links where the file is; asked under a name that goes together with the file. */
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
    /** @throws an error of code EEXIST where there is a file of that name. */
    async add(path: string, second: string): Promise<void> {
      if (!(await linkIfPossible(linkFile, path, second))) await copyFile(path, second, constants.COPYFILE_EXCL);
    },
    /** A copy is known by what it holds; where there are links, a file of the same content is somebody else's. */
    async isOne(path: string, second: string): Promise<boolean> {
      const [a, b] = await Promise.all([lstat(path), lstat(second)]);
      if (!b.isFile()) return false;
      if (a.ino === b.ino && a.dev === b.dev) return true;
      return a.size === b.size && !(await hasLinks(linkFile, path)) && (await hasSameContent(path, second));
    },
  };
}
