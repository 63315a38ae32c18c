/** Opens pages in the installed Chromium and records their errors. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Whether Chromium is installed. @throws Error if it is not and CI=true */
export function hasChromium(): boolean {
  if (existsSync(executablePath)) return true;
  if (process.env.CI === 'true') {
    throw new Error(`With CI=true the browser tests must run, but ${executablePath} is missing: install chromium.`);
  }
  process.stderr.write(`${executablePath} is missing: skipping the browser tests.\n`);
  return false;
}

/** A host name that this Chromium resolves to 127.0.0.1. */
export const hostName = 'millrace.test';

/** The same browser without a UI, which takes a third of the CPU time. */
const headlessShellPath = '/usr/bin/chromium-headless-shell';

interface Launch {
  /** Uses the headless shell if installed. Not for tests of behaviour that differs in a full browser, such as leaving a page. */
  mayBeShell?: boolean;
}

/** Without a sandbox, which does not work as root; it only opens our own pages. */
export const launchChromium = ({ mayBeShell = false }: Launch = {}): Promise<Browser> =>
  chromium.launch({
    executablePath: mayBeShell && existsSync(headlessShellPath) ? headlessShellPath : executablePath,
    args: ['--no-sandbox', `--host-resolver-rules=MAP ${hostName} 127.0.0.1`],
  });

export interface WatchedPage {
  page: Page;
  /** Console errors, including those of the content security policy, uncaught exceptions, and requests to other hosts. */
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
