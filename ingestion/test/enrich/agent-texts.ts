/** Builds user agents and the expected results. */
import type { Agent } from '../../src/enrich/read-agent.ts';

export const windows = 'Windows NT 10.0; Win64; x64';
export const mac = 'Macintosh; Intel Mac OS X 10_15_7';
export const linux = 'X11; Linux x86_64';

export const chrome = (system: string, version = '131.0.0.0', end = 'Safari/537.36') =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} ${end}`;
export const webkit = (system: string, end: string) =>
  `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) ${end}`;

type Device = NonNullable<Agent['device']>;

/** `os_version` undefined: absent. */
export const agent = (
  browser: string,
  browser_version: string,
  os: string,
  os_version: string | undefined,
  device: Device,
) => ({ browser, browser_version, os, ...(os_version === undefined ? {} : { os_version }), device }) satisfies Agent;
