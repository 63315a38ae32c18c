/** The processor's insert, as it is and without the marks. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ClearError } from '@millrace/dev/clear-error';
import { workspaceRoot } from '@millrace/dev/workspace-root';

export interface InsertStatements {
  withMarks: string;
  withoutMarks: string;
}

const fileOf = (root: string) => join(root, 'processor', 'dist', 'events', 'insert-events.js');

/** The insert of a built workspace, as it runs there. */
export async function readInsert(root = workspaceRoot): Promise<string> {
  const { plainStatement } = (await import(pathToFileURL(fileOf(root)).href)) as { plainStatement: string };
  return plainStatement;
}

/** Of what runs, so that it is never an old copy that is measured. @throws ClearError when it looks different now. */
export async function readInsertStatements(): Promise<InsertStatements> {
  const withMarks = await readInsert();
  const withoutMarks = withMarks.replace(/, marks as \([\s\S]*?\n\)/, '');
  if (withMarks.includes('rollup_marks') && !withoutMarks.includes('marks')) return { withMarks, withoutMarks };
  throw new ClearError(`No part "marks as (...)" to leave out was found in the insert of ${fileOf(workspaceRoot)}.`);
}
