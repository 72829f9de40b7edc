import { describe, expect, test } from 'vitest';
import { SharedRun } from './shared-run.ts';

describe('SharedRun', () => {
  test('run_whileOneRuns_sharesTheNext', async () => {
    const runs: { resolve: () => void; reject: (error: Error) => void }[] = [];
    const shared = new SharedRun(() => {
      const run = Promise.withResolvers<void>();
      runs.push(run);
      return run.promise;
    });
    const first = shared.run();
    const [second, third] = [shared.run(), shared.run()];
    expect([runs.length, second === third]).toEqual([1, true]);
    runs[0]?.reject(new Error('no'));
    await expect(first).rejects.toThrow('no');
    await new Promise(setImmediate);
    expect(runs.length).toBe(2);
    const fourth = shared.run();
    runs[1]?.resolve();
    // The failure of the one before is none of theirs.
    await Promise.all([second, third]);
    await new Promise(setImmediate);
    expect(runs.length).toBe(3);
    runs[2]?.resolve();
    await fourth;
    void shared.run();
    expect(runs.length).toBe(4);
  });
});
