import { expect, it } from 'vitest';
import { countTests } from '../count-tests.mjs';

const report = {
  success: true,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [],
};

it('adds up the runs', () => {
  expect(countTests([report, { ...report, success: false, numFailedTests: 2 }])).toEqual({
    passed: 6,
    failed: 2,
    skipped: 4,
  });
});

it('counts a run that left no report, and one that failed outside its tests', () => {
  expect(countTests([undefined, report])).toEqual({ passed: 3, failed: 1, skipped: 2 });
  expect(countTests([{ ...report, success: false }])).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

it('counts a test file that could not be loaded', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }];
  expect(countTests([{ ...report, success: false, testResults }])).toEqual({ passed: 3, failed: 1, skipped: 2 });
});
