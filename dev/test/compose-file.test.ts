import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkComposeFile } from '../src/checks/compose-file.js';
import { workspaceRoot } from '../src/workspace-root.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-compose-'));
const compose = readFileSync(join(workspaceRoot, 'docker-compose.yml'), 'utf8');
cpSync(join(workspaceRoot, 'Dockerfile'), join(folder, 'Dockerfile'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function check(text: string): string[] {
  writeFileSync(join(folder, 'docker-compose.yml'), text);
  return checkComposeFile(folder);
}

it('accepts the committed file', () => {
  expect(check(compose)).toEqual([]);
});

const faults: [string, string, string, string][] = [
  [
    'a container name that prevents replicas',
    '  processor:\n',
    '  processor:\n    container_name: processor\n',
    'processor has a fixed container name',
  ],
  ['a fixed host port', '3000-3009}', '3000}', 'ingestion has the fixed host port'],
  [
    'a host port for the processor',
    '    # No port on the host',
    '    ports: ["4120:4120"]\n    # No port on the host',
    'processor has the fixed host port',
  ],
  ['a lossy Redis', 'always\n', 'everysec\n', 'redis is started without --appendfsync always'],
  [
    'a Redis that drops jobs',
    'noeviction\n',
    'allkeys-lru\n',
    'redis is started without --maxmemory-policy noeviction',
  ],
  ['an unknown stage', 'target: runtime', 'target: production', 'which is not a stage of the Dockerfile'],
  ['an unknown service', '\n  processor:\n', '\n  procesor:\n', 'service processor is missing'],
  [
    'a missing dependency',
    '    redis:\n      condition',
    '    reddis:\n      condition',
    'depends on reddis, which does not exist',
  ],
  ['an undeclared volume', '- redis:/data', '- store:/data', 'redis mounts volume store, which is not declared'],
  ['a writable root', 'read_only: true', 'read_only: false', 'postgres can write to its root file system'],
  ['kept capabilities', '- ALL', '- NET_RAW', 'keeps capabilities'],
  ['no restart', 'restart: unless-stopped', 'restart: "no"', 'is not restarted'],
  ['a mail catcher in production', '    profiles:\n      - dev\n', '', 'mail-catcher would start without profile dev'],
  ['broken YAML', 'services:\n', 'services:\n  - [\n', 'docker-compose.yml: '],
];

it.each(faults)('refuses %s', (_what, right, wrong, problem) => {
  expect(compose).toContain(right);
  expect(check(compose.replace(right, wrong)).join('\n')).toContain(problem);
});
