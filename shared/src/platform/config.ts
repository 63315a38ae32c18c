import { readFileSync } from 'node:fs';
import Joi from 'joi';
import { parseProxies } from '../access/rate-limit.js';
import { ruleMessages } from '../contract/rule-messages.js';

const port = (fallback: number) => Joi.number().integer().min(0).max(65_535).default(fallback);

/** Variables of every service. */
export const commonSettings = {
  NODE_ENV: Joi.string().valid('development', 'test', 'production').default('development'),
  HOST: Joi.string().hostname().default('127.0.0.1'),
  LOG_LEVEL: Joi.string().valid('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
  SHUTDOWN_TIMEOUT_MS: Joi.number().integer().min(100).max(600_000).default(15_000),
};

/** Values of {@link commonSettings}. */
export interface CommonEnvironment {
  HOST: string;
  LOG_LEVEL: string;
  SHUTDOWN_TIMEOUT_MS: number;
}

export const databaseSettings = {
  DATABASE_URL: Joi.string()
    .uri({ scheme: ['postgres', 'postgresql'] })
    .required(),
};

/** Folder of export files, shared by the services that write, send and remove them. */
export const exportDirSetting = Joi.string().default('.millrace/exports');

/** Location of the queue: Redis if one is configured, otherwise Postgres. */
export const queueSettings = {
  REDIS_URL: Joi.string().uri({ scheme: ['redis', 'rediss'] }),
  REDIS_HOST: Joi.string().hostname(),
  REDIS_PORT: port(6379),
  REDIS_PASSWORD: Joi.string().allow(''),
  REDIS_DB: Joi.number().integer().min(0).max(15).default(0),
  QUEUE_PREFIX: Joi.string()
    .pattern(/^[a-z][a-z0-9_]{0,39}$/)
    .default('millrace'),
};

/** How failed jobs are retried, for services that add jobs; unset, each job's contract decides. */
export const retrySettings = {
  QUEUE_MAX_ATTEMPTS: Joi.number().integer().min(1).max(100),
  QUEUE_BACKOFF_DELAY: Joi.number().integer().min(0).max(3_600_000),
};

export interface RetryEnvironment {
  QUEUE_MAX_ATTEMPTS?: number;
  QUEUE_BACKOFF_DELAY?: number;
}

/** Values of {@link retrySettings} in the form in which jobs are added. */
export const retryOf = (env: RetryEnvironment) => ({
  maxAttempts: env.QUEUE_MAX_ATTEMPTS,
  backoffMs: env.QUEUE_BACKOFF_DELAY,
});

/** Rate limit and proxies of every service with a public HTTP API. */
export const accessSettings = {
  RATE_LIMIT_REQUESTS: Joi.number().integer().min(0).max(1e9).default(60_000),
  TRUST_PROXY: Joi.string()
    .custom((list: string, helpers) => {
      try {
        parseProxies(list);
        return list;
      } catch (error) {
        return helpers.error('proxies.bad', { reason: (error as Error).message });
      }
    })
    .messages({
      'proxies.bad': 'TRUST_PROXY: {{#reason}}; give addresses and networks such as 10.0.0.0/8, separated by commas',
    }),
};

export interface AccessEnvironment {
  RATE_LIMIT_REQUESTS: number;
  TRUST_PROXY?: string;
}

const loopback = ['127.0.0.1', '::1', 'localhost'];

interface ReadingEnvironment {
  READ_AUTH?: string | undefined;
  NODE_ENV?: string | undefined;
  HOST: string;
}

/** Whether reading statistics needs a key. It does not on a developer's own machine, or when READ_AUTH says so. */
export function readingNeedsKey({ READ_AUTH, NODE_ENV, HOST }: ReadingEnvironment): boolean {
  return READ_AUTH ? READ_AUTH === 'key' : NODE_ENV === 'production' || !loopback.includes(HOST);
}

/** A port variable with its default. */
export { port as portSetting };

export interface QueueEnvironment {
  DATABASE_URL?: string;
  REDIS_URL?: string;
  REDIS_HOST?: string;
  REDIS_PORT: number;
  REDIS_PASSWORD?: string;
  REDIS_DB: number;
  QUEUE_PREFIX: string;
}

/** Where jobs are stored; read from the environment by {@link queueLocation}. */
export type QueueLocation =
  | { kind: 'redis'; url: string; prefix: string }
  | { kind: 'postgres'; url: string; prefix: string };

/** `REDIS_URL` if it is set, else `REDIS_HOST` and related variables, else the Postgres of `DATABASE_URL`. */
export function queueLocation(env: QueueEnvironment): QueueLocation {
  if (env.REDIS_URL) return { kind: 'redis', url: env.REDIS_URL, prefix: env.QUEUE_PREFIX };
  if (env.REDIS_HOST) {
    const login = env.REDIS_PASSWORD ? `:${encodeURIComponent(env.REDIS_PASSWORD)}@` : '';
    const host = env.REDIS_HOST.includes(':') ? `[${env.REDIS_HOST}]` : env.REDIS_HOST;
    const url = `redis://${login}${host}:${env.REDIS_PORT}/${env.REDIS_DB}`;
    return { kind: 'redis', url, prefix: env.QUEUE_PREFIX };
  }
  return { kind: 'postgres', url: env.DATABASE_URL as string, prefix: env.QUEUE_PREFIX };
}

/**
 * Each variable can be read from a file instead: `NAME_FILE` has its path, for secrets that must not be in the environment.
 * Empty variables are missing.
 */
export function readFiles(
  names: string[],
  env: NodeJS.ProcessEnv,
): { given: Record<string, string>; problems: string[] } {
  const given = Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1])));
  const problems: string[] = [];
  for (const name of names) {
    const file = given[`${name}_FILE`];
    if (file === undefined) continue;
    if (given[name] !== undefined) problems.push(`${name} and ${name}_FILE are both set: remove one of them`);
    try {
      given[name] = readFileSync(file, 'utf8').trimEnd();
    } catch (error) {
      problems.push(`${name}_FILE names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  return { given, problems };
}

/** Validates `env` against `schema`; returns the converted values, and a sentence about each problem. */
export function checkConfig<T>(schema: Joi.ObjectSchema<T>, env: NodeJS.ProcessEnv): { value: T; problems: string[] } {
  const { given, problems } = readFiles(Object.keys(schema.describe().keys), env);
  const { value, error } = schema.validate(given, { abortEarly: false, stripUnknown: true, messages: ruleMessages });
  const invalid = (error?.details ?? []).map(({ message }) => message.replaceAll('"', ''));
  return { value, problems: [...problems, ...invalid] };
}

/**
 * Validates `env` and returns the values that `schema` names, converted and frozen.
 * @throws Error whose message lists every problem.
 */
export function loadConfig<T>(schema: Joi.ObjectSchema<T>, env: NodeJS.ProcessEnv): Readonly<T> {
  const { value, problems } = checkConfig(schema, env);
  if (problems.length === 0) return Object.freeze(value);
  throw new Error(
    `The configuration is invalid. Correct these environment variables:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
  );
}
