import type { ClosingList } from '../processes/closing-list.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { makeStoresFolder, makeThrowAwayFolder } from './throw-away-folder.js';

/** Starts an empty Postgres and returns its URL; closing stops it and removes its files. */
export async function startThrowAwayPostgres(closing: ClosingList): Promise<string> {
  const postgres = await startEmbeddedPostgres({ home: makeThrowAwayFolder(closing, makeStoresFolder), fsync: false });
  closing.add(() => postgres.stop());
  return postgres.url;
}
