/** Checks that files, headings and metrics in documents exist, and that commands are marked so that tests run them. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documentBlocks, documentPaths, readDocument } from './document-blocks.js';
import { readSourceFiles } from './source-files.js';

const languages = ['sh', 'text', 'json', 'yaml', 'html', 'js', 'jsx', 'nginx', 'sql'];
/** Other files that refer to metrics. */
const metricFiles = ['docs/prometheus/alerts.yml', 'docs/grafana/millrace.json'];

export function checkDocumentContent(root: string): string[] {
  const sdks = existsSync(join(root, 'sdk'))
    ? readdirSync(join(root, 'sdk')).map((name) => `sdk/${name}/README.md`)
    : [];
  const linking = [...documentPaths(root), 'CHANGELOG.md', ...sdks].filter((path) => existsSync(join(root, path)));
  return [
    ...linking.flatMap((path) => linkProblems(root, path)),
    ...documentPaths(root).flatMap((path) => [...blockProblems(root, path), ...pathProblems(root, path)]),
    ...metricProblems(root),
  ];
}

/** Commands that a reader can run, so tests must run them too. */
const runsHere = /^(npm (start|run)|curl .*localhost:\d+|psql .*\.millrace)/;
const severalProcesses = /^npm run workers/;

function blockProblems(root: string, path: string): string[] {
  return documentBlocks(readDocument(root, path)).flatMap(({ language, lines }) => {
    if (!languages.includes(language)) {
      return [`${path}: a block is marked "${language}"; mark it with one of ${languages.join(', ')}`];
    }
    const unmarked =
      language === 'sh' ? [] : lines.filter((line) => runsHere.test(line) && !severalProcesses.test(line));
    return unmarked.map(
      (line) => `${path}: a block with the command "${line}" is marked ${language}; mark it sh, so that it is run`,
    );
  });
}

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

function anchorsOf(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```/gms, '');
  return [...prose.matchAll(/^#+\s+(.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

function linkProblems(root: string, path: string): string[] {
  const markdown = readDocument(root, path);
  const prose = markdown.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.flatMap((target) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const linked = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(root, linked))) return [`${path}: link to ${target}, which does not exist`];
    const hasAnchor = anchor === undefined || anchorsOf(readDocument(root, linked)).includes(anchor);
    return hasAnchor ? [] : [`${path}: link to ${target}, but ${linked} has no such heading`];
  });
}

const sourcePath =
  /(?<![\w/.@-])(?:ingestion|processor|scheduler|reporting|shared|dashboard|dev|e2e|bench)\/[\w./-]*\w/g;

/** Built files do not exist before the first start. */
const isBuilt = (path: string) => path.includes('/dist/') || path.endsWith('/dist');

function pathProblems(root: string, path: string): string[] {
  const named = new Set(readDocument(root, path).match(sourcePath) ?? []);
  const missing = [...named].filter((file) => !isBuilt(file) && !existsSync(join(root, file)));
  return missing.map((file) => `${path}: refers to ${file}, which does not exist`);
}

/** Not a metric, but the schema of the queue on Postgres. */
const queueSchema = 'millrace_queue';

function metricProblems(root: string): string[] {
  const files = [...documentPaths(root), ...metricFiles.filter((path) => existsSync(join(root, path)))];
  const sources = readSourceFiles(root).filter(({ isTest }) => !isTest);
  const inCode = new Set([queueSchema, ...sources.flatMap(({ text }) => text.match(/\bmillrace_[a-z_]+/g) ?? [])]);
  return files.flatMap((path) => {
    const named = new Set(readDocument(root, path).match(/\bmillrace_[a-z_]+/g) ?? []);
    const unknown = [...named].filter(
      (name) => !inCode.has(name) && !inCode.has(name.replace(/_(bucket|sum|count)$/, '')),
    );
    return unknown.map((name) => `${path}: refers to ${name}, which no service has`);
  });
}
