/** Checks the variables and ports that docker-compose.yml and .env.example give to each service. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { services as ours } from '../start/services.js';
import { interpolate } from './interpolate.js';

interface ComposeService {
  env_file?: { path: string }[];
  environment?: Record<string, string | number | boolean>;
  ports?: string[];
  healthcheck?: { test?: string | string[] };
}

type Services = Record<string, ComposeService>;

/** The part of a Joi schema that is used here. */
interface ConfigSchema {
  describe(): { keys?: Record<string, unknown> };
  validate(env: object, options: object): { error?: { details: { message: string }[] } };
}

interface Config {
  name: string;
  schema: ConfigSchema;
  portVariable: string | undefined;
}

/** Required variables, as the first lines of .env.example say. */
const needed = { POSTGRES_PASSWORD: 'p', REDIS_PASSWORD: 'r' };
/** Other ways to name what docker-compose.yml sets itself. */
const replaced = new Set(['REDIS_HOST', 'REDIS_PORT', 'REDIS_DB']);

/** Each process with a configuration: its name in the file and its schema. */
const configFiles = [
  { name: 'migrate', file: 'shared/dist/commands/migrate-config.js', portVariable: undefined },
  ...ours.map(({ name, folder = name, config = 'config', portVariable }) => ({
    ...{ name, portVariable },
    file: `${folder}/dist/${config}.js`,
  })),
];

const loadConfigs = (root: string): Promise<Config[]> =>
  Promise.all(
    configFiles.map(async ({ name, file, portVariable }) => {
      const { configSchema } = (await import(pathToFileURL(join(root, file)).href)) as { configSchema: ConfigSchema };
      return { name, portVariable, schema: configSchema };
    }),
  );

const variablesOf = ({ schema }: Config) => Object.keys(schema.describe().keys ?? {});

const environmentOf = ({ environment = {} }: ComposeService) =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, interpolate(String(value), needed)]));

function serviceProblems({ name, schema, portVariable }: Config, service: ComposeService): string[] {
  const { error } = schema.validate(environmentOf(service), { abortEarly: false });
  return [
    ...(error?.details ?? []).map(({ message }) => `${name}: ${message.replaceAll('"', '')}`),
    ...(service.env_file?.some(({ path }) => path === '.env') ? [] : [`${name} does not get the variables of .env`]),
    ...(portVariable ? listeningProblems(name, service, portVariable) : []),
  ];
}

/** Variables of .env.example, commented or not, with their values. */
const exampleVariables = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^#?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name, value]) => [name!, value!]));

/** Every variable of a service is in .env.example, and nothing else; the values there are valid. */
function exampleProblems(example: string, compose: string, configs: Config[], services: Services): string[] {
  const values = exampleVariables(example);
  const known = new Set([...configs.flatMap(variablesOf), ...[...compose.matchAll(/\$\{(\w+)/g)].map((m) => m[1]!)]);
  const isSet = (name: string, variable: string) => services[name]?.environment?.[variable] !== undefined;
  const missing = configs.flatMap((config) =>
    variablesOf(config).filter((name) => !(name in values) && !isSet(config.name, name) && !replaced.has(name)),
  );
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
  const invalid = configs.flatMap((config) => {
    const own = { ...given, ...environmentOf(services[config.name] ?? {}), SMTP_URL: 'smtp://mail-catcher:1025' };
    const { error } = config.schema.validate(own, { abortEarly: false, stripUnknown: true });
    return (error?.details ?? []).map(({ message }) => message.replaceAll('"', ''));
  });
  return [
    ...[...new Set(missing)].map((name) => `${name} is missing`),
    ...Object.keys(values).flatMap((name) =>
      known.has(name) || name.startsWith('COMPOSE_') ? [] : [`${name} is read by no service`],
    ),
    ...new Set(invalid),
  ].map((problem) => `.env.example: ${problem}`);
}

/** The container's port is the one the service listens on, and the one its health check uses. */
function listeningProblems(name: string, service: ComposeService, portVariable: string): string[] {
  const port = String(service.environment?.[portVariable]);
  const published = (service.ports ?? []).map((text) => interpolate(text, needed).split(':').at(-1)!);
  const checkedPorts = [
    ...[service.healthcheck?.test ?? []]
      .flat()
      .join(' ')
      .matchAll(/127\.0\.0\.1:(\d+)/g),
  ];
  return [...published, ...checkedPorts.map((match) => match[1]!)]
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

/** `compose` and `example` default to the committed files. Schemas come from the build. */
export async function checkComposeEnvironment(
  root: string,
  compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8'),
  example = readFileSync(join(root, '.env.example'), 'utf8'),
): Promise<string[]> {
  const { services } = parse(compose, { merge: true }) as { services: Services };
  const configs = await loadConfigs(root);
  const problems = configs.flatMap((config) => {
    const service = services[config.name];
    return service ? serviceProblems(config, service) : [];
  });
  return [
    ...[...collisions(services), ...problems].map((problem) => `docker-compose.yml: ${problem}`),
    ...exampleProblems(example, compose, configs, services),
  ];
}
