/** Turns the checks of this repository into one list: adding one means its own file and one line here. */
import { checkCallPlaces } from './checks/call-places.js';
import { checkComposeEnvironment } from './checks/compose-environment.js';
import { checkComposeFile } from './checks/compose-file.js';
import { checkDocumentContent } from './checks/document-content.js';
import { checkDocuments } from './checks/documents.js';
import { checkFileNames } from './checks/file-names.js';
import { checkFormat } from './checks/format.js';
import { checkImportCycles } from './checks/import-cycles.js';
import { checkVersion } from './checks/one-version.js';
import { checkPackageImports } from './checks/package-imports.js';
import { checkPublishedPackages } from './checks/published-packages.js';
import { checkSchemaDump } from './checks/schema-dump.js';
import { checkSqlStatements } from './checks/sql-statements.js';
import { checkTypes } from './checks/type-errors.js';
import { checkWrittenDocs } from './checks/written-docs.js';

/** A check gets the workspace's folder and returns one text per problem; none means that all is well. */
export interface Check {
  name: string;
  run(root: string): Promise<string[]> | string[];
}

/** All checks, quick ones first. */
export const checks: readonly Check[] = [
  { name: 'format', run: checkFormat },
  { name: 'imports', run: checkPackageImports },
  { name: 'cycles', run: checkImportCycles },
  { name: 'names', run: checkFileNames },
  { name: 'calls', run: checkCallPlaces },
  { name: 'compose', run: checkComposeFile },
  { name: 'statements', run: checkSqlStatements },
  { name: 'types', run: checkTypes },
  { name: 'documents', run: checkDocuments },
  { name: 'document content', run: checkDocumentContent },
  { name: 'compose environment', run: checkComposeEnvironment },
  { name: 'generated docs', run: checkWrittenDocs },
  { name: 'version', run: checkVersion },
  { name: 'packages', run: checkPublishedPackages },
  { name: 'schema', run: checkSchemaDump },
];
