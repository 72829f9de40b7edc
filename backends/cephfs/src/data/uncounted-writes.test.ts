import { describe, expect, test } from 'vitest';
import { UncountedWrites } from './uncounted-writes.ts';

const at = (milliseconds: number) => ({
  seconds: Math.floor(milliseconds / 1000),
  nanoseconds: (milliseconds % 1000) * 1_000_000 + 999_999,
});
const write = (now: number, modified: number, tellsSize = true) => ({
  now: at(now),
  modified: at(modified),
  tellsSize,
});

function uncounted() {
  const state: { client: object | undefined } = { client: {} };
  const writes = new UncountedWrites(() => state.client);
  return { state, writes };
}

describe('UncountedWrites', () => {
  test('isRecoverable_onlyWhereTheOsdsWillTellALaterTime', () => {
    const { writes } = uncounted();
    writes.begin(1n, write(1001, 1000));
    writes.begin(2n, write(1000, 1000));
    writes.begin(3n, write(1001, 5000));
    writes.begin(4n, write(1001, 1000, false));
    expect([1n, 2n, 3n, 4n, 5n].map((id) => writes.isRecoverable(id))).toEqual([true, false, false, false, true]);
  });

  test('isRecoverable_laterWrites_areComparedWithWhatTheMdsKnows', () => {
    const { writes } = uncounted();
    writes.begin(1n, write(1001, 1000));
    writes.begin(1n, write(1001, 1001));
    expect(writes.isRecoverable(1n)).toBe(true);
    // The clock was set back.
    writes.begin(1n, write(1000, 1001));
    expect(writes.isRecoverable(1n)).toBe(false);
  });

  test('counted_whileAnotherIsUnderWay_keepsThem', () => {
    const { writes } = uncounted();
    writes.done(writes.begin(1n, write(2, 1)));
    const covered = writes.count(1n);
    const second = writes.begin(1n, write(3, 2));
    writes.counted(1n, covered);
    expect(writes.count(1n)).toBe(1);
    writes.done(second);
    writes.counted(1n, writes.count(1n));
    expect(writes.count(1n)).toBe(0);
  });

  test.for([{}, undefined])('ofAFormerClient_areNothing (%o)', (successor) => {
    const { state, writes } = uncounted();
    const first = writes.begin(1n, write(1, 1));
    state.client = successor;
    expect([writes.count(1n), writes.isRecoverable(1n)]).toEqual([0, true]);
    writes.begin(1n, write(3, 2));
    writes.done(first);
    expect(writes.count(1n)).toBe(0);
  });
});
