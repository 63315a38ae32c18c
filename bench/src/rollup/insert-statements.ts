/** Turns the processor's insert into two statements: as it is, and without the marks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClearError } from '@millrace/dev/clear-error';
import { workspaceRoot } from '@millrace/dev/workspace-root';

export interface InsertStatements {
  withMarks: string;
  withoutMarks: string;
}

const file = join(workspaceRoot, 'processor', 'dist', 'events', 'insert-events.js');

/** Read from what runs, so that it is never an old copy that is measured. @throws ClearError when it looks different now. */
export function readInsertStatements(): InsertStatements {
  const withMarks = /`(\/\* processor\.insertEvents \*\/[^`]*)`/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  const withoutMarks = withMarks.replace(/, marks as \([\s\S]*?\n\)/, '');
  if (withMarks.includes('rollup_marks') && !withoutMarks.includes('marks')) return { withMarks, withoutMarks };
  throw new ClearError(`No part "marks as (...)" to leave out was found in the insert of ${file}.`);
}
