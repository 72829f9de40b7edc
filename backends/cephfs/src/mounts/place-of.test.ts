import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inodeOf, placeOf, snapshotOf } from './place-of.ts';

describe('the place of a file', () => {
  it('is one of the pool, the same for the file in all its snapshots', () => {
    const inode = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });
    const snapshot = fc.bigInt({ min: 1n, max: 2n ** 63n });
    fc.assert(
      fc.property(inode, snapshot, fc.integer({ min: 1, max: 16 }), (ino, snap, places) => {
        const id = (snap << 64n) | ino;
        const place = placeOf(ino, places);
        expect(place >= 0 && place < places).toBe(true);
        expect(placeOf(id, places)).toBe(place);
        expect([inodeOf(id), snapshotOf(id), snapshotOf(ino)]).toEqual([ino, snap, undefined]);
      }),
    );
  });
});
