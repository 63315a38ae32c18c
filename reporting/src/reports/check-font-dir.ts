/** Checks `REPORT_FONT_DIR` when the worker starts, not when a PDF first lacks a character. */
import { readdir } from 'node:fs/promises';
import type { Logger } from '@millrace/shared/platform/logger';

const advice =
  'REPORT_FONT_DIR is not a readable folder, so PDFs use only the built-in fonts: set it to the absolute path of a folder with .ttf, .otf, .ttc or .woff files';

/** Logs a warning if the folder cannot be read. */
export async function checkFontDir(folder: string | undefined, logger: Logger): Promise<void> {
  if (folder === undefined) return;
  await readdir(folder).catch((error: NodeJS.ErrnoException) => logger.warn({ folder, code: error.code }, advice));
}
