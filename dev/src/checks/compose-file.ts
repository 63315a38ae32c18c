/** Checks that docker-compose.yml can start, can scale and is safe. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { services as ours } from '../start/services.js';

interface ComposeService {
  build?: { target?: string };
  profiles?: string[];
  image?: string;
  command?: string | string[];
  container_name?: string;
  depends_on?: Record<string, { condition?: string }>;
  ports?: string[];
  healthcheck?: { test?: unknown };
  restart?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  deploy?: { resources?: { limits?: { memory?: string; cpus?: string } } };
  volumes?: string[];
}

type Services = Record<string, ComposeService>;

const stores = ['postgres', 'redis'];
const oneShot = 'migrate';
/** Services that start only with their profile. */
const optional: Record<string, string> = { 'mail-catcher': 'dev', caddy: 'proxy', backup: 'backup' };
const scaled = new Set(['ingestion', 'processor']);
const redisFlags = ['--appendonly yes', '--appendfsync always', '--maxmemory-policy noeviction'];

/** Reads the two files; Docker is not needed. */
export function checkComposeFile(root: string): string[] {
  const missing = ['docker-compose.yml', 'Dockerfile'].filter((name) => !existsSync(join(root, name)));
  if (missing.length > 0) return missing.map((name) => `${name} is missing`);
  const document = parseDocument(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true });
  if (document.errors.length > 0) return document.errors.map((error) => `docker-compose.yml: ${error.message}`);
  const { services = {}, volumes = {} } = document.toJS() as { services?: Services; volumes?: Record<string, unknown> };
  const targets = stageNames(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  const problems = [
    ...nameProblems(services),
    ...Object.entries(services).flatMap(([name, service]) => [
      ...linkProblems(name, service, Object.keys(services), targets, Object.keys(volumes)),
      ...safetyProblems(name, service),
    ]),
    ...scaleProblems(services),
    ...redisProblems(services.redis),
    ...profileProblems(services),
  ];
  return problems.map((problem) => `docker-compose.yml: ${problem}`);
}

function stageNames(dockerfile: string): string[] {
  return [...dockerfile.matchAll(/^FROM\s+\S+\s+AS\s+(\S+)/gim)].map((match) => match[1] ?? '');
}

function nameProblems(services: Services): string[] {
  const known = [...stores, oneShot, ...Object.keys(optional), ...ours.map(({ name }) => name)];
  const missing = known.filter((name) => !services[name]).map((name) => `service ${name} is missing`);
  const unknown = Object.keys(services).filter((name) => !known.includes(name));
  return [...missing, ...unknown.map((name) => `service ${name} is unknown: add it to compose-file.ts`)];
}

function linkProblems(
  name: string,
  service: ComposeService,
  names: string[],
  targets: string[],
  volumes: string[],
): string[] {
  const target = service.build?.target;
  const mounted = (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '').filter((v) => /^\w/.test(v));
  return [
    ...Object.keys(service.depends_on ?? {})
      .filter((other) => !names.includes(other))
      .map((other) => `${name} depends on ${other}, which does not exist`),
    ...(target && !targets.includes(target)
      ? [`${name} is built from ${target}, which is not a stage of the Dockerfile`]
      : []),
    ...mounted.filter((v) => !volumes.includes(v)).map((v) => `${name} mounts volume ${v}, which is not declared`),
  ];
}

function safetyProblems(name: string, service: ComposeService): string[] {
  const limits = service.deploy?.resources?.limits;
  const demands: [boolean, string][] = [
    [service.container_name === undefined, 'has a fixed container name, which forbids a second replica'],
    [name === oneShot || service.healthcheck?.test !== undefined, 'has no health check'],
    [name === oneShot || service.restart === 'unless-stopped', 'is not restarted unless stopped'],
    [Boolean(limits?.memory && limits.cpus), 'has no limits of memory and cpus'],
    [service.read_only === true, 'can write to its root file system'],
    [service.cap_drop?.includes('ALL') === true, 'keeps capabilities: drop ALL'],
    [service.security_opt?.includes('no-new-privileges:true') === true, 'may gain privileges'],
  ];
  return demands.filter(([met]) => !met).map(([, problem]) => `${name} ${problem}`);
}

/** Replicas cannot share a host port; they need a range, or none. */
function scaleProblems(services: Services): string[] {
  return Object.entries(services)
    .filter(([name]) => scaled.has(name))
    .flatMap(([name, { ports = [] }]) =>
      ports
        .filter((port) => hasFixedHostPort(String(port)))
        .map((port) => `${name} has the fixed host port ${port}, which forbids a second replica`),
    );
}

/** `3000:3000` is fixed, `3000` and `3000-3009:3000` are not. Variables have their default values. */
function hasFixedHostPort(port: string): boolean {
  const parts = port.replace(/\$\{\w+:?-([^}]*)\}/g, '$1').split(':');
  return parts.length > 1 && !/^\d+-\d+$/.test(parts.at(-2) ?? '');
}

function redisProblems(redis: ComposeService | undefined): string[] {
  const command = [redis?.command ?? []].flat().join(' ');
  return redisFlags.filter((flag) => !command.includes(flag)).map((flag) => `redis is started without ${flag}`);
}

function profileProblems(services: Services): string[] {
  return Object.entries(services).flatMap(([name, { profiles = [] }]) => {
    const profile = optional[name];
    if (profile === undefined)
      return profiles.length > 0 ? [`${name} has a profile, so it does not start by default`] : [];
    return profiles.join() === profile ? [] : [`${name} would start without profile ${profile}`];
  });
}
