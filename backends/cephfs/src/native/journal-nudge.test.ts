import { describe, expect, test } from 'vitest';
import { JournalNudge } from './journal-nudge.ts';

function nudge() {
  const state = { now: 0, flushes: 0, due: [] as { at: number; run: () => void }[], answer: Promise.resolve() };
  const journal = new JournalNudge({
    flush: () => {
      state.flushes += 1;
      return state.answer;
    },
    now: () => state.now,
    after: (milliseconds, run) => void state.due.push({ at: state.now + milliseconds, run }),
  });
  const pass = async (milliseconds: number): Promise<void> => {
    const end = state.now + milliseconds;
    for (;;) {
      const next = state.due.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      state.due.splice(state.due.indexOf(next), 1);
      state.now = next.at;
      next.run();
      await new Promise(setImmediate);
    }
    state.now = end;
  };
  return { state, journal, pass };
}

describe('JournalNudge', () => {
  test('callsThatAreAnsweredSoon_costNothing', async () => {
    const { state, journal, pass } = nudge();
    for (let count = 0; count < 20; count += 1) {
      const answered = journal.begun();
      await pass(40);
      answered();
    }
    await pass(1000);
    expect([state.flushes, state.due.length]).toEqual([0, 0]);
  });

  test('oneThatWaits_hasTheJournalWritten_nowAndThen', async () => {
    const { state, journal, pass } = nudge();
    const answered = journal.begun();
    await pass(60);
    expect(state.flushes).toBe(1);
    await pass(1000);
    expect(state.flushes).toBe(3);
    answered();
    await pass(5000);
    expect([state.flushes, state.due.length]).toEqual([3, 0]);
  });

  test('aFlushThatIsNotAnswered_isNotRepeated_oneThatFailsIs', async () => {
    const { state, journal, pass } = nudge();
    let fail: ((why: Error) => void) | undefined;
    state.answer = new Promise((_, reject) => (fail = reject));
    journal.begun();
    await pass(5000);
    expect(state.flushes).toBe(1);
    fail?.(new Error('gone'));
    await new Promise(setImmediate);
    await pass(100);
    expect(state.flushes).toBe(2);
  });
});
