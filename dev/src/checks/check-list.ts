import { checkComposeEnvironment } from './compose-environment.js';
import { checkComposeFile } from './compose-file.js';
import { checkDocumentContent } from './document-content.js';
import { checkDocuments } from './documents.js';
import { checkDuplicates } from './duplicates.js';
import { checkLint } from './lint.js';
import { checkVersion } from './one-version.js';
import { checkOpenApi } from './openapi.js';
import { checkPublishedPackages } from './published-packages.js';
import { checkSchemaDump } from './schema-dump.js';
import { checkSqlStatements } from './sql-statements.js';
import { checkTypes } from './type-errors.js';
import { checkUnused } from './unused.js';
import { checkWrittenDocs } from './written-docs.js';

/** `run` gets the workspace's folder and returns one text per problem, so an empty list means success. */
export interface Check {
  name: string;
  run(root: string): Promise<string[]> | string[];
}

/** The checks of `npm run check`, in order. To add one, add a file to checks/ and a line here. */
export const checks: readonly Check[] = [
  { name: 'lint', run: checkLint },
  { name: 'duplicates', run: checkDuplicates },
  { name: 'unused', run: checkUnused },
  { name: 'compose', run: checkComposeFile },
  { name: 'statements', run: checkSqlStatements },
  { name: 'types', run: checkTypes },
  { name: 'documents', run: checkDocuments },
  { name: 'document content', run: checkDocumentContent },
  { name: 'compose environment', run: checkComposeEnvironment },
  { name: 'generated docs', run: checkWrittenDocs },
  { name: 'openapi', run: checkOpenApi },
  { name: 'version', run: checkVersion },
  { name: 'packages', run: checkPublishedPackages },
  { name: 'schema', run: checkSchemaDump },
];
