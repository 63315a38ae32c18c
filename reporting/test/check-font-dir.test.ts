import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@millrace/shared/platform/logger';
import { expect, it } from 'vitest';
import { checkFontDir } from '../src/reports/check-font-dir.js';

async function linesFor(folder: string | undefined): Promise<unknown[][]> {
  const lines: unknown[][] = [];
  await checkFontDir(folder, { warn: (...line: unknown[]) => lines.push(line) } as unknown as Logger);
  return lines;
}

it('logs one line with advice and without a stack when the folder does not exist', async () => {
  const folder = join(tmpdir(), 'no-such-fonts');
  const advice = expect.stringContaining('set it to the absolute path of a folder');
  expect(await linesFor(folder)).toEqual([[{ folder, code: 'ENOENT' }, advice]]);
});

it('logs nothing for an existing folder, or without one', async () => {
  expect(await linesFor(tmpdir())).toEqual([]);
  expect(await linesFor(undefined)).toEqual([]);
});
