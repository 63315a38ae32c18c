/** Turns a wish for scratch space into a temporary folder that is removed at the end. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClosingList } from './closing-list.js';

/** Makes a folder; others may enter it, since as root our Postgres runs as another user. Secrets in it have modes of their own. */
export function makeThrowAwayFolder(closing: ClosingList): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  chmodSync(folder, 0o755);
  closing.add(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
