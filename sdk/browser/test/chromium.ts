/** Chromium without automation: only then does it hide tabs, restore pages and prerender as it does for people. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostName } from '@millrace/shared/testing/chromium';
import { endWithTest } from '@millrace/shared/testing/end-with-test';

/** Opens a page, whose own scripts then drive the test. */
export function openInChromium(url: string): { close(): Promise<void> } {
  const profile = mkdtempSync(join(tmpdir(), 'millrace-chromium-'));
  const flags = ['--headless=new', '--no-sandbox', '--no-first-run', '--disable-popup-blocking'];
  const mapping = `--host-resolver-rules=MAP ${hostName} 127.0.0.1`;
  const child = spawn('/usr/bin/chromium', [...flags, mapping, `--user-data-dir=${profile}`, url], {
    stdio: 'ignore',
    detached: true,
  });
  endWithTest(child);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    async close() {
      // The whole process group: the browser's child processes write to the profile until they end.
      process.kill(-child.pid!, 'SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
