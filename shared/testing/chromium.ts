/** Turns the Chromium of this machine into pages that report everything that goes wrong in them. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** False where there is none; with CI=true that is a failure. */
export function hasChromium(): boolean {
  if (existsSync(executablePath)) return true;
  if (process.env.CI === 'true') {
    throw new Error(`With CI=true the browser tests must run, but there is no ${executablePath}: install chromium.`);
  }
  process.stderr.write(`There is no ${executablePath}: the browser tests are left out.\n`);
  return false;
}

/** A name that this Chromium takes for 127.0.0.1. */
export const hostName = 'millrace.test';

/** The same browser without a window around it, which takes a third of the processor time. */
const headlessShellPath = '/usr/bin/chromium-headless-shell';

interface Launch {
  /** Nothing is tested that a whole browser does differently, such as how pages are left. Without a headless shell here it is whole. */
  mayBeShell?: boolean;
}

/** As root its sandbox cannot be set up; it sees our own pages only. */
export const launchChromium = ({ mayBeShell = false }: Launch = {}): Promise<Browser> =>
  chromium.launch({
    executablePath: mayBeShell && existsSync(headlessShellPath) ? headlessShellPath : executablePath,
    args: ['--no-sandbox', `--host-resolver-rules=MAP ${hostName} 127.0.0.1`],
  });

export interface WatchedPage {
  page: Page;
  /** Errors and refusals of the policy on its console, uncaught exceptions, requests that left this service. */
  problems: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: url, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(url)) problems.push(`asks ${request.url()}`);
  });
  return { page, problems };
}
