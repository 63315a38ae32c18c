/** The processor's insert, as it is and without the marks. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ClearError } from '@millrace/dev/clear-error';
import { workspaceRoot } from '@millrace/dev/workspace-root';

export interface InsertStatements {
  withMarks: string;
  withoutMarks: string;
}

const file = join(workspaceRoot, 'processor', 'dist', 'events', 'insert-events.js');

/** Of what runs, so that it is never an old copy that is measured. @throws ClearError when it looks different now. */
export async function readInsertStatements(): Promise<InsertStatements> {
  const { plainStatement: withMarks } = (await import(pathToFileURL(file).href)) as { plainStatement: string };
  const withoutMarks = withMarks.replace(/, marks as \([\s\S]*?\n\)/, '');
  if (withMarks.includes('rollup_marks') && !withoutMarks.includes('marks')) return { withMarks, withoutMarks };
  throw new ClearError(`No part "marks as (...)" to leave out was found in the insert of ${file}.`);
}
