import { describe, expect, test } from 'vitest';
import { Life } from './life.ts';

describe('life of a volume', () => {
  test('end_waitsForWhatRuns_andNothingBegins', async () => {
    const life = new Life();
    const { promise, resolve } = Promise.withResolvers<number>();
    const running = life.run({}, () => promise);
    let ended = false;
    const end = life.end().then(() => (ended = true));
    await Promise.resolve();
    expect(ended).toBe(false);
    await expect(life.run({}, async () => 1)).rejects.toMatchObject({ code: 'unavailable' });
    resolve(7);
    expect(await running).toBe(7);
    await end;
    expect(ended).toBe(true);
  });

  test('runWhileWanted_aborted_isRejectedAndTheStepGoesOn', async () => {
    const life = new Life();
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    let done = false;
    const answer = life.runWhileWanted({ signal: controller.signal }, async () => {
      await promise;
      done = true;
    });
    controller.abort();
    await expect(answer).rejects.toMatchObject({ code: 'aborted' });
    const end = life.end();
    resolve();
    await end;
    expect(done).toBe(true);
  });

  test('runWhileWanted_deadline_isTimedOut', async () => {
    const life = new Life();
    const never = new Promise<void>(() => undefined);
    const call = { deadline: performance.now() + 1 };
    await expect(life.runWhileWanted(call, () => never)).rejects.toMatchObject({ code: 'timedOut' });
  });

  test('run_callThatNobodyWants_doesNotBegin', async () => {
    const life = new Life();
    let begun = 0;
    const step = async (): Promise<number> => (begun += 1);
    await expect(life.run({ deadline: performance.now() - 1 }, step)).rejects.toMatchObject({ code: 'timedOut' });
    await expect(life.run({ signal: AbortSignal.abort() }, step)).rejects.toMatchObject({ code: 'aborted' });
    expect(begun).toBe(0);
  });
});
