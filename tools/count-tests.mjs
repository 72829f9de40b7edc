// Adds up vitest's JSON reports: node tools/count-tests.mjs REPORT… prints `N passed, N failed, N skipped`.
// A report that is missing (the run died) and a test file that could not be loaded count as a failure each.
// Ends with 1 when something failed or when no test ran at all.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Sums of the parsed reports; `undefined` stands for one that could not be read. */
export function countTests(reports) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const report of reports) {
    if (report === undefined) {
      sum.failed += 1;
      continue;
    }
    // A file that fails to load has no tests in it: it shows in its own status only.
    const broken = report.testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
    );
    sum.passed += report.numPassedTests;
    sum.failed += report.numFailedTests + broken.length;
    sum.skipped += report.numPendingTests + report.numTodoTests;
    if (!report.success && report.numFailedTests + broken.length === 0) sum.failed += 1;
  }
  return sum;
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    console.error(`${path}: ${error.message}`);
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed, skipped } = countTests(process.argv.slice(2).map(read));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}
