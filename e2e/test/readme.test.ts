/** The lines of the README's "Try it" and "Ask", run as they stand, give the answers that it prints. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
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

async function run(command: string): Promise<string> {
  const local = command
    .replace('http://localhost:3000', stack.ingestionUrl)
    .replace('http://localhost:4000', stack.reportingUrl);
  return (await promisify(execFile)('bash', ['-c', local.replace('curl ', 'curl -sS ')])).stdout;
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
