/** Checks the variables, ports and networks that docker-compose.yml gives to each service. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { services as ours } from '../services.js';
import { interpolate } from './interpolate.js';

interface ComposeService {
  environment?: Record<string, string | number | boolean>;
  ports?: string[];
  healthcheck?: { test?: string | string[] };
  networks?: string[];
}

type Services = Record<string, ComposeService>;

/** The part of a Joi schema that is used here. */
interface ConfigSchema {
  describe(): { keys?: Record<string, unknown> };
  validate(env: object, options: { abortEarly: boolean }): { error?: { details: { message: string }[] } };
}

/** Required variables, as the first lines of the file say. */
const needed = { POSTGRES_PASSWORD: 'p', REDIS_PASSWORD: 'r' };
const profiles: Record<string, Record<string, string>> = {
  production: needed,
  dev: { ...needed, COMPOSE_PROFILES: 'dev' },
};
const catcher = { name: 'mail-catcher', url: 'smtp://mail-catcher:1025' };

/** Each process with a configuration: its name in the file and its schema. */
const configs = [
  { name: 'migrate', file: 'shared/dist/commands/migrate-config.js', portVariable: undefined },
  ...ours.map(({ name, folder = name, config = 'config', portVariable }) => ({
    ...{ name, portVariable },
    file: `${folder}/dist/${config}.js`,
  })),
];

const environmentOf = ({ environment = {} }: ComposeService, env: Record<string, string>) =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, interpolate(String(value), env)]));

/** Like the services, ignores variables without a value. */
function variableProblems(profile: string, name: string, service: ComposeService, schema: ConfigSchema): string[] {
  const given = Object.entries(environmentOf(service, profiles[profile]!)).filter(([, value]) => value !== '');
  const { error } = schema.validate(Object.fromEntries(given), { abortEarly: false });
  return (error?.details ?? []).map(({ message }) => `${name} (${profile}): ${message.replaceAll('"', '')}`);
}

/** What people set beside the file, as CHANGELOG.md promises: settings of exports, reports and mail. The folder is a volume. */
const passedOn =
  /^(EXPORT_(?!DIR$)|REPORT_|SMTP_URL$|MAIL_FROM$|ALERT_ALLOW_PRIVATE$|PUBLIC_URL$|LINK_SECRET$|EMBED_ORIGINS$)/;

function passingProblems(name: string, { environment = {} }: ComposeService, schema: ConfigSchema): string[] {
  return Object.keys(schema.describe().keys ?? {})
    .filter((variable) => passedOn.test(variable))
    .filter((variable) => !String(environment[variable]).startsWith(`\${${variable}:-`))
    .map((variable) => `${name} is not given ${variable}, which it reads`);
}

/** The container's port is the one the service listens on, and the one its health check uses. */
function listeningProblems(name: string, service: ComposeService, portVariable: string): string[] {
  const port = String(service.environment?.[portVariable]);
  const published = (service.ports ?? []).map((text) => interpolate(text, needed).split(':').at(-1)!);
  const asked = [
    ...[service.healthcheck?.test ?? []]
      .flat()
      .join(' ')
      .matchAll(/127\.0\.0\.1:(\d+)/g),
  ];
  return [...published, ...asked.map((match) => match[1]!)]
    .filter((other) => other !== port)
    .map((other) => `${name} listens on ${portVariable}=${port}, not on ${other}`);
}

/** `127.0.0.1:4000-4009:4000` is ten ports of the host. */
function hostPorts({ ports = [] }: ComposeService): number[] {
  return ports.flatMap((text) => {
    const [, range = ''] = interpolate(text, needed).split(':').reverse();
    const [first, last = first] = range.split('-').map(Number) as [number, number?];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

function collisions(services: Services): string[] {
  const taken = new Map<number, string>();
  const problems: string[] = [];
  for (const [name, service] of Object.entries(services)) {
    for (const port of hostPorts(service)) {
      const other = taken.get(port);
      if (other !== undefined) problems.push(`${other} and ${name} both want port ${port} of the host`);
      taken.set(port, name);
    }
  }
  return problems;
}

/** With profile dev, all mail goes to the catcher through a shared network; without it, none does. */
function mailProblems(services: Services): string[] {
  const networksOf = (name: string) => services[name]?.networks ?? ['default'];
  return Object.entries(services).flatMap(([name, service]) => {
    if (service.environment?.SMTP_URL === undefined) return [];
    const [dev, production] = [profiles.dev!, needed].map((env) => environmentOf(service, env));
    const isReached = networksOf(name).some((network) => networksOf(catcher.name).includes(network));
    return [
      ...(dev!.SMTP_URL === catcher.url ? [] : [`${name} (dev): SMTP_URL is not ${catcher.url}`]),
      ...(production!.SMTP_URL === '' ? [] : [`${name} (production): SMTP_URL is set without anybody's asking`]),
      ...(isReached ? [] : [`${name} has no network in common with ${catcher.name}`]),
    ];
  });
}

/** `text` defaults to the committed file. Schemas come from the build. */
export async function checkComposeEnvironment(
  root: string,
  text = readFileSync(join(root, 'docker-compose.yml'), 'utf8'),
): Promise<string[]> {
  const { services } = parse(text, { merge: true }) as { services: Services };
  const problems = [...collisions(services), ...mailProblems(services)];
  for (const { name, file, portVariable } of configs) {
    const service = services[name];
    if (!service) continue;
    const { configSchema } = (await import(pathToFileURL(join(root, file)).href)) as { configSchema: ConfigSchema };
    problems.push(
      ...Object.keys(profiles).flatMap((profile) => variableProblems(profile, name, service, configSchema)),
    );
    problems.push(...passingProblems(name, service, configSchema));
    if (portVariable) problems.push(...listeningProblems(name, service, portVariable));
  }
  return problems.map((problem) => `docker-compose.yml: ${problem}`);
}
