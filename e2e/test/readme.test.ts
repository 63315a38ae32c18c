/** Commands in the README, run as printed, give the answers it shows. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createKey } from '@millrace/shared/access/keys';
import { addJob } from '@millrace/shared/queue/add-job';
import { openQueue } from '@millrace/shared/queue/queue';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { spawnService } from '@millrace/shared/testing/spawn-service';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

interface PrintedLine {
  command: string;
  answer: string | undefined;
}

/** Each command of a section's block with the answer printed below it. */
async function printedLines(section: string): Promise<PrintedLine[]> {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, block = ''] = new RegExp(`## ${section}\\n+\`\`\`sh\\n(.*?)\`\`\``, 's').exec(readme) ?? [];
  const lines = block.trim().split('\n');
  return lines.flatMap((command, index) => {
    if (command.startsWith('#')) return [];
    const next = lines[index + 1];
    return [{ command, answer: next?.startsWith('# ') ? next.slice(2) : undefined }];
  });
}

async function run(command: string, folder = '.', schedulerUrl = ''): Promise<string> {
  const local = command
    .replace('http://localhost:3000', stack.ingestionUrl)
    .replace('http://localhost:4000', stack.reportingUrl)
    .replace('http://localhost:4110', schedulerUrl);
  return (await promisify(execFile)('bash', ['-c', local.replace('curl ', 'curl -sS ')], { cwd: folder })).stdout;
}

it('answers the curl commands as printed, also when they are run again', async () => {
  const lines = await printedLines('Try it');
  expect(lines.filter(({ command }) => command.startsWith('curl'))).toHaveLength(3);
  for (const { command, answer } of [...lines, ...lines]) {
    const stdout = await run(command);
    if (answer !== undefined) expect(stdout).toBe(answer);
  }
});

it('verifies the sent events as printed, without differences', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, options = ''] = /^npm run verify -- ([^#\n]+)/m.exec(readme) ?? [];
  expect(readme).toContain(`- \`npm run verify -- ${options.trim()}\``);
  const queue = openQueue('site-aggregation', { kind: 'postgres', url: stack.databaseUrl, prefix: 'millrace' }, silent);
  await addJob(queue.queue, 'roll', { site_id: 'demo' }, { jobId: 'readme' });
  await queue.close();
  const env = { ...process.env, DATABASE_URL: stack.databaseUrl };
  const verify = `node ${root}processor/dist/verify/verify-command.js ${options}; echo "exit code $?"`;
  const said = async () => (await promisify(execFile)('bash', ['-c', verify], { env })).stdout;
  await eventually(async () => (await said()).includes('compared 1 interval and 1 day, '), 'the events are rolled up');
  expect(await said()).toMatch(/\nNo difference.\nexit code 0\n$/);
});

it('reads figures as printed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-readme-'));
  await mkdir(join(folder, '.millrace'));
  await writeFile(join(folder, '.millrace', 'database-url'), `${stack.databaseUrl}\n`);
  const [line] = await printedLines('Read the figures');
  // Not every machine has psql.
  const printed = await run(`psql() { printf '%s\n' "$@"; }; ${line!.command}`, folder);
  const [url, option, sql] = printed.trimEnd().split('\n');
  expect([url, option]).toEqual([stack.databaseUrl, '-c']);
  expect((await stack.database.pool.query(sql!)).fields.map(({ name }) => name)).toContain('total_revenue');
  await rm(folder, { recursive: true });
});

it('names the pnpm version that the workspace is pinned to', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const { packageManager } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(readme).toContain(`npx --yes ${packageManager} install`);
});

it('answers the queries as printed', async () => {
  const lines = await printedLines('Ask');
  expect(lines).toHaveLength(7);
  for (const { command, answer } of lines) {
    const { results, steps, cohorts, journeys } = JSON.parse(await run(command));
    expect(results ?? steps ?? cohorts ?? journeys).toEqual(JSON.parse(answer as string));
  }
});

it('exports figures as printed', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const lines = await printedLines('Take it with you');
  expect(lines).toHaveLength(4);
  const [rows, csv, file, template] = lines as [PrintedLine, PrintedLine, PrintedLine, PrintedLine];
  expect(JSON.parse(await run(rows.command)).rows).toEqual(JSON.parse(rows.answer as string));
  const printed = (await run(csv.command)).trimEnd().split('\r\n');
  expect(readme).toContain(`${csv.command}\n${printed.map((line) => `# ${line}`).join('\n')}\n`);
  expect(JSON.parse(await run(file.command))).toMatchObject({ status: 'pending', dataset: 'events', format: 'xlsx' });
  expect(JSON.parse(await run(template.command))).toMatchObject({ name: 'How the week went', isActive: true });
});

it('lets the administrator manage the queues as printed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-readme-'));
  const { key } = await createKey(stack.database.pool, { name: 'npm start', scopes: ['admin'] });
  await mkdir(join(folder, '.millrace'));
  await writeFile(join(folder, '.millrace', 'admin-key'), `${key}\n`);
  const scheduler = await spawnService('scheduler', stack.env);
  await eventually(async () => (await fetch(`${scheduler.url}/health/ready`)).ok, 'the scheduler is ready');
  const lines = await printedLines('Look after it');
  expect(lines).toHaveLength(3);
  for (const { command } of lines) {
    expect(JSON.parse(await run(command, folder, scheduler.url)), command).toMatchObject({ success: true });
  }
  await scheduler.end();
  await rm(folder, { recursive: true });
});
