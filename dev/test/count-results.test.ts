import { expect, it } from 'vitest';
import { countResults } from '../src/suite/count-results.js';

const report = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

it('returns how many tests passed and failed', () => {
  expect(countResults(report)).toBe('7 passed, 0 failed');
});

it('includes skipped tests only if there are any', () => {
  expect(countResults({ ...report, numPendingTests: 2, numTodoTests: 1 })).toBe('7 passed, 0 failed, 3 skipped');
});

it('counts a file that could not be loaded as a failure, because Vitest counts only tests', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }];
  expect(countResults({ ...report, testResults })).toBe('7 passed, 1 failed');
});
