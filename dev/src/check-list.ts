import { checkComposeEnvironment } from './checks/compose-environment.js';
import { checkComposeFile } from './checks/compose-file.js';
import { checkDocumentContent } from './checks/document-content.js';
import { checkDocuments } from './checks/documents.js';
import { checkDuplicates } from './checks/duplicates.js';
import { checkLint } from './checks/lint.js';
import { checkVersion } from './checks/one-version.js';
import { checkOpenApi } from './checks/openapi.js';
import { checkPublishedPackages } from './checks/published-packages.js';
import { checkSchemaDump } from './checks/schema-dump.js';
import { checkSqlStatements } from './checks/sql-statements.js';
import { checkTypes } from './checks/type-errors.js';
import { checkUnused } from './checks/unused.js';
import { checkWrittenDocs } from './checks/written-docs.js';

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
