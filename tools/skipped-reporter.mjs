// A vitest reporter that lists at the end what was skipped and why, so that a green run cannot hide it.

/** One line for each reason, with the number of tests and the first of them. */
export function skippedLines(tests) {
  const byReason = new Map();
  for (const { name, reason } of tests) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  return [...byReason].map(([reason, names]) => {
    const shown = names.length > 3 ? `${names.slice(0, 3).join('; ')}; …` : names.join('; ');
    return `${names.length} × ${reason}: ${shown}`;
  });
}

export default class SkippedReporter {
  /** Called by vitest after the last test, with its tree of modules, suites and tests. */
  onTestRunEnd(modules) {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => ({
        name: test.fullName,
        reason: test.result().note ?? 'no reason given',
      })),
    );
    if (skipped.length === 0) return;
    console.log(`\nSkipped (${skipped.length} tests):`);
    for (const line of skippedLines(skipped)) console.log(`  ${line}`);
  }
}
