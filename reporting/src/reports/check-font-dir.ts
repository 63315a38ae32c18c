/** Looks at the folder of REPORT_FONT_DIR when the worker starts, not when the first PDF lacks its characters. */
import { readdir } from 'node:fs/promises';
import type { Logger } from '@millrace/shared/platform/logger';

const advice =
  'REPORT_FONT_DIR is no folder that can be read: PDFs have the built-in fonts alone. Give the absolute path of a folder with .ttf, .otf, .ttc or .woff files';

/** One line in the log where it cannot be read. */
export async function checkFontDir(folder: string | undefined, logger: Logger): Promise<void> {
  if (folder === undefined) return;
  await readdir(folder).catch((error: NodeJS.ErrnoException) => logger.warn({ folder, code: error.code }, advice));
}
