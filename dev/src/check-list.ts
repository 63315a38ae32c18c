/** Turns the checks of this repository into one list: adding one means its own file and one line here. */
import { checkCallPlaces } from './checks/call-places.js';
import { checkComposeEnvironment } from './checks/compose-environment.js';
import { checkComposeFile } from './checks/compose-file.js';
import { checkFileNames } from './checks/file-names.js';
import { checkFormat } from './checks/format.js';
import { checkImportCycles } from './checks/import-cycles.js';
import { checkVersion } from './checks/one-version.js';
import { checkPackageImports } from './checks/package-imports.js';
import { checkReadme } from './checks/readme.js';
import { checkSchemaDump } from './checks/schema-dump.js';
import { checkSdkPackages } from './checks/sdk-packages.js';
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
  { name: 'readme', run: checkReadme },
  { name: 'compose environment', run: checkComposeEnvironment },
  { name: 'docs', run: checkWrittenDocs },
  { name: 'version', run: checkVersion },
  { name: 'sdk', run: checkSdkPackages },
  { name: 'schema', run: checkSchemaDump },
];
