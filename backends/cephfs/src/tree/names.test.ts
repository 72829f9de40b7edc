import { describe, expect, test } from 'vitest';
import { isReserved } from './names.ts';

const root = 1n;
const name = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('reserved names', () => {
  test('isReserved_snapshotsDoor_inAnyDirectory', () => {
    expect([isReserved(root, root, name('.snap')), isReserved(root, 5n, name('.snap'))]).toEqual([true, true]);
  });

  test('isReserved_ownDirectory_inTheRootAlone', () => {
    expect([isReserved(root, root, name('.polynas')), isReserved(root, 5n, name('.polynas'))]).toEqual([true, false]);
  });

  test.each(['.snapshot', '.sna', 'snap', '.Snap', '.'])('isReserved_%s_isNot', (text) => {
    expect(isReserved(root, root, name(text))).toBe(false);
  });
});
