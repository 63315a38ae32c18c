/** A reporting service on a separate database, a site with given events, and Chromium. */
import { randomUUID } from 'node:crypto';
import { storeEvents } from '@millrace/processor/events/store-events';
import { launchChromium, openPage, type WatchedPage } from '@millrace/shared/testing/chromium';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import type { Browser, BrowserContextOptions } from 'playwright-core';

/** The columns of an event that matter; the others get defaults. */
export interface GivenEvent {
  /** Default: now. */
  timestamp?: string;
  site_id?: string;
  event_type?: string;
  user_id?: string;
  path?: string;
  properties?: Record<string, unknown>;
  [column: string]: unknown;
}

export interface Dashboard {
  database: TestDatabase;
  reporting: SpawnedService;
  url: string;
  /** Stores events as the processor does. */
  store(events: GivenEvent[]): Promise<void>;
  /** The API's answer; `path` is relative to `/api/v1`. */
  ask<T>(path: string, body?: unknown): Promise<T>;
  /** A page in a new browser profile that has loaded `path`. */
  open(path: string, options?: BrowserContextOptions): Promise<WatchedPage>;
  stop(): Promise<void>;
}

function eventOf(given: GivenEvent): object {
  return {
    ...{ site_id: 'shop', event_type: 'view', path: '/', event_id: randomUUID() },
    ...{ timestamp: new Date().toISOString(), user_id: 'ada' },
    ...given,
  };
}

/** `env` is for the reporting service. */
export async function openDashboard(env: NodeJS.ProcessEnv = {}): Promise<Dashboard> {
  const database = await createTestDatabase();
  const [reporting, browser] = await Promise.all([
    spawnService('reporting', { DATABASE_URL: database.url, ...env }),
    launchChromium({ mayBeShell: true }),
  ]);
  return {
    ...{ database, reporting, url: reporting.url },
    async store(events) {
      await storeEvents(database.pool, JSON.stringify(events.map(eventOf)), true);
    },
    async ask<T>(path: string, body?: unknown) {
      const headers = { 'content-type': 'application/json' };
      const request = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await fetch(`${reporting.url}/api/v1${path}`, request);
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    open: (path, options) => openWith(browser, reporting.url, path, options),
    async stop() {
      await Promise.all([browser.close(), reporting.end()]);
      await database.drop();
    },
  };
}

async function openWith(browser: Browser, url: string, path: string, options?: BrowserContextOptions) {
  const watched = await openPage(browser, url, { locale: 'en-GB', timezoneId: 'UTC', ...options });
  await watched.page.goto(path);
  return watched;
}
