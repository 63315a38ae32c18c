/** The lines of the README's "Try it", "Ask" and "Look after it", run as they stand, give the answers that it prints. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createKey } from '@millrace/shared/access/keys';
import { eventually } from '@millrace/shared/testing/eventually';
import { spawnService } from '@millrace/shared/testing/spawn-service';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';

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

it('answers the curl lines as printed, and the same when they are run again', async () => {
  const lines = await printedLines('Try it');
  expect(lines.filter(({ command }) => command.startsWith('curl'))).toHaveLength(3);
  for (const { command, answer } of [...lines, ...lines]) {
    const stdout = await run(command);
    if (answer !== undefined) expect(stdout).toBe(answer);
  }
});

it('answers the questions as printed', async () => {
  const lines = await printedLines('Ask');
  expect(lines).toHaveLength(4);
  for (const { command, answer } of lines) {
    const { results, steps } = JSON.parse(await run(command));
    expect(results ?? steps).toEqual(JSON.parse(answer as string));
  }
});

it('lets the administrator look after the queues as printed', async () => {
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
