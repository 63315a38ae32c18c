/** Turns calls that have one right place into those found elsewhere. */
import { basename } from 'node:path';
import { readSourceFiles, type SourceFile } from '../source-files.js';

interface Rule {
  pattern: RegExp;
  isAllowed(file: SourceFile): boolean;
  reason: string;
}

const tools = new Set(['dev', 'bench', 'e2e']);

const rules: Rule[] = [
  {
    pattern: /\.listen\(/,
    isAllowed: (file) => /^(main|worker)\.ts$/.test(basename(file.path)),
    reason: '.listen( stands only in main.ts and worker.ts, so that every app can be built without a port',
  },
  {
    pattern: /\bprocess\.env\b/,
    isAllowed: (file) => /(^|-)config\.ts$/.test(basename(file.path)),
    reason: 'process.env is read only in config.ts, where it is checked as a whole',
  },
];

/** Looks at services and shared code; tools and tests start servers and read the environment by nature. */
export function checkCallPlaces(root: string): string[] {
  return readSourceFiles(root)
    .filter((file) => !file.isTest && !tools.has(file.package))
    .flatMap((file) => rules.filter((rule) => !rule.isAllowed(file)).flatMap((rule) => findCalls(file, rule)));
}

function findCalls(file: SourceFile, { pattern, reason }: Rule): string[] {
  return file.text
    .split('\n')
    .map((line, number) => ({ line: line.trim(), number: number + 1 }))
    .filter(({ line }) => pattern.test(line) && !/^(\/\/|\/?\*)/.test(line))
    .map(({ number }) => `${file.path}:${number}: ${reason}`);
}
