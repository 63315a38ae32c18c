/** Lints the OpenAPI documents with redocly; redocly.yaml has the rules. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runProgram } from '../processes/run-program.js';
import { loadOpenApiDocuments } from './openapi-documents.js';

const redocly = join(dirname(createRequire(import.meta.url).resolve('@redocly/cli/package.json')), 'bin', 'cli.js');

/** The check needs no network: no telemetry, no look for a newer version. */
const offline = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

/** What `--format=json` prints to stdout; stderr has notices and progress. */
interface LintReport {
  problems: { ruleId: string; message: string; location: { pointer?: string }[] }[];
}

/** Fails for warnings too, and for a service without a document. */
export async function checkOpenApi(root: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-openapi-'));
  try {
    const documents = await loadOpenApiDocuments(root);
    const problems = documents.map(async ([service, document]) => {
      if (!document) return [`${service}/dist/openapi/describe-api.js is missing`];
      const file = join(folder, `${service}.json`);
      writeFileSync(file, JSON.stringify(document));
      return (await lint(root, file)).map((problem) => `${service}: ${problem}`);
    });
    return (await Promise.all(problems)).flat();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function lint(root: string, file: string): Promise<string[]> {
  const args = ['lint', file, '--format=json', '--max-problems=1000', '--config', join(root, 'redocly.yaml')];
  const { code, output, stdout } = await runProgram(redocly, args, { cwd: root, env: { ...process.env, ...offline } });
  const start = stdout.indexOf('{');
  if (start < 0) return [`redocly failed with code ${code}:\n${output}`];
  const { problems } = JSON.parse(stdout.slice(start)) as LintReport;
  return problems.map(({ ruleId, message, location }) => `${location[0]?.pointer ?? '#'}: ${message} (${ruleId})`);
}
