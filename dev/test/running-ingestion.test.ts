import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createClosingList } from '../src/processes/closing-list.ts';
import { announceIngestion, runningIngestion } from '../src/start/running-ingestion.ts';
import { makeThrowAwayFolder } from '../src/stores/throw-away-folder.ts';

const running = {
  url: 'http://127.0.0.1:3100',
  reportingUrl: 'http://127.0.0.1:4100',
  readKeyFile: '/data/admin-key',
};
const closing = createClosingList();
afterAll(() => closing.closeAll());

describe('runningIngestion', () => {
  it('returns what was announced, until it is removed', () => {
    const folder = makeThrowAwayFolder(closing);
    expect(runningIngestion(folder)).toBeUndefined();
    const takeBack = announceIngestion(folder, running);
    expect(runningIngestion(folder)).toEqual(running);
    takeBack();
    expect(runningIngestion(folder)).toBeUndefined();
  });

  it('ignores a crashed `npm start` and a damaged file', () => {
    const folder = makeThrowAwayFolder(closing);
    announceIngestion(folder, running);
    const file = join(folder, 'ingestion.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(String(process.pid), '2147483646'));
    expect(runningIngestion(folder)).toBeUndefined();
    writeFileSync(file, '{"pid":');
    expect(runningIngestion(folder)).toBeUndefined();
  });
});
