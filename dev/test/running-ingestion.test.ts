/** The ingestion of a running `npm start`, found by what it left in its data folder. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createClosingList } from '../src/closing-list.ts';
import { announceIngestion, runningIngestionUrl } from '../src/running-ingestion.ts';
import { makeThrowAwayFolder } from '../src/throw-away-folder.ts';

const closing = createClosingList();
afterAll(() => closing.closeAll());

describe('runningIngestionUrl', () => {
  it('is what was announced, until that is taken back', () => {
    const folder = makeThrowAwayFolder(closing);
    expect(runningIngestionUrl(folder)).toBeUndefined();
    const takeBack = announceIngestion(folder, 'http://127.0.0.1:3100');
    expect(runningIngestionUrl(folder)).toBe('http://127.0.0.1:3100');
    takeBack();
    expect(runningIngestionUrl(folder)).toBeUndefined();
  });

  it('is not that of a start that crashed, and no sense is made of a damaged file', () => {
    const folder = makeThrowAwayFolder(closing);
    announceIngestion(folder, 'http://127.0.0.1:3100');
    const file = join(folder, 'ingestion.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(String(process.pid), '2147483646'));
    expect(runningIngestionUrl(folder)).toBeUndefined();
    writeFileSync(file, '{"pid":');
    expect(runningIngestionUrl(folder)).toBeUndefined();
  });
});
