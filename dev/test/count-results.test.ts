import { expect, it } from 'vitest';
import { countResults } from '../src/count-results.js';

const report = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

it('says how many tests passed and failed', () => {
  expect(countResults(report)).toBe('7 passed, 0 failed');
});

it('adds the skipped tests only when there are any', () => {
  expect(countResults({ ...report, numPendingTests: 2, numTodoTests: 1 })).toBe('7 passed, 0 failed, 3 skipped');
});

it('counts a file that could not be loaded as a failure, since Vitest counts only tests', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }];
  expect(countResults({ ...report, testResults })).toBe('7 passed, 1 failed');
});
