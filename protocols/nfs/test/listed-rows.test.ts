import type { Attributes, DirectoryEntry } from '@polynas/core/service';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileHandles } from '../src/handles.ts';
import { encodeRows, ListedRows, type RowBounds } from '../src/v3/listed-rows.ts';
import { bytes } from './world.ts';

const handles = new FileHandles(new Uint8Array(32).fill(3));
const time = { seconds: 1, nanoseconds: 2 };

function entry(id: number, mode: number, length = 4): DirectoryEntry {
  const attributes: Attributes = {
    id: BigInt(id),
    type: 'file',
    mode,
    uid: 0,
    gid: 0,
    nlink: 1,
    size: id,
    allocated: 0,
    rdev: { major: 0, minor: 0 },
    accessed: time,
    modified: time,
    changed: time,
    born: time,
    dosBits: 0,
    change: BigInt(mode),
  };
  const name = bytes(`${id}`.padEnd(length, 'x'));
  return { name, id: attributes.id, type: 'file', cookie: BigInt(id + 3), ...(mode > 0 && { attributes }) };
}

const wide: RowBounds = { bytes: 65_536, nameBytes: 8192, least: true };
const rowOf = (id: number, mode = 1) => encodeRows(handles, 1, [entry(id, mode)], wide);

describe('rows of pages that were given before', () => {
  it('are encoded once where the volume gives the same entries again', () => {
    const rows = new ListedRows(handles);
    const entries = Array.from({ length: 100 }, (_, index) => entry(index, 1));
    rows.of(1, entries, wide);
    const first = rows.of(1, [...entries], wide);
    expect(rows.of(1, [...entries], wide)).toBe(first);
    expect(first).toEqual(encodeRows(handles, 1, entries, wide));
  });

  it('are not kept of entries that are made anew', () => {
    const rows = new ListedRows(handles);
    const page = (): DirectoryEntry[] => [entry(1, 1), entry(2, 1)];
    for (let round = 0; round < 3; round++) expect(rows.of(1, page(), wide).count).toBe(2);
  });

  it('are those of the share', () => {
    const rows = new ListedRows(handles);
    const entries = [entry(1, 1)];
    for (const share of [1, 1, 2, 2, 1]) {
      expect(rows.of(share, entries, wide)).toEqual(encodeRows(handles, share, entries, wide));
    }
  });

  it('go when they are too many, and come again', () => {
    const page = (from: number): DirectoryEntry[] => Array.from({ length: 20 }, (_, index) => entry(from + index, 1));
    const rows = new ListedRows(handles, 20_000);
    const pages = Array.from({ length: 30 }, (_, index) => page(index * 20));
    const all = () => pages.map((entries) => rows.of(1, entries, wide));
    all();
    const second = all();
    const third = all();
    expect(third).toEqual(second);
    expect(third.filter((each, index) => each === second[index]).length).toBeLessThan(10);
  });

  it('are always as if they were encoded now', () => {
    // A few entries, each an object of its own: the page changes at any place, gets longer and shorter, and so does the room for it.
    const objects = Array.from({ length: 6 }, (_, id) => [0, 1, 2].map((mode) => entry(id, mode, 1 + id * 7)));
    const bounds: readonly RowBounds[] = [
      wide,
      { bytes: 350, nameBytes: 8192, least: false },
      { bytes: 65_536, nameBytes: 100, least: true },
      { bytes: 65_536, nameBytes: 100, least: false },
      { bytes: 65_536, nameBytes: 0, least: true },
      { bytes: 0, nameBytes: 0, least: false },
    ];
    const mode = fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(0, 2) });
    const step = fc.record({
      modes: fc.array(mode, { minLength: 6, maxLength: 6 }),
      from: fc.nat(1),
      to: fc.integer({ min: 3, max: 6 }),
      room: fc.oneof(fc.constant(wide), fc.constantFrom(...bounds)),
    });
    const run = (steps: readonly (typeof step extends fc.Arbitrary<infer One> ? One : never)[]): void => {
      const rows = new ListedRows(handles, 4000);
      for (const { modes, from, to, room } of steps) {
        const entries = modes.map((mode, id) => objects[id]![mode]!).slice(from, to);
        for (let time = 0; time < 3; time++) {
          expect(rows.of(1, entries, room)).toEqual(encodeRows(handles, 1, entries, room));
        }
      }
    };
    fc.assert(fc.property(fc.array(step, { maxLength: 30 }), run), { numRuns: 200 });
  });
});

describe('room for rows', () => {
  const three = [entry(1, 1), entry(2, 1), entry(3, 1)];
  const size = rowOf(1).bytes.length;

  it('is used to the last byte', () => {
    for (let count = 0; count <= 3; count++) {
      expect(encodeRows(handles, 1, three, { ...wide, bytes: count * size }).count).toBe(count);
      expect(encodeRows(handles, 1, three, { ...wide, bytes: Math.max(0, count * size - 1) }).count).toBe(
        Math.max(0, count - 1),
      );
    }
  });

  it('is left for one where one has to be given', () => {
    expect(encodeRows(handles, 1, three, { ...wide, nameBytes: 0 }).count).toBe(1);
    expect(encodeRows(handles, 1, three, { ...wide, nameBytes: 0, least: false }).count).toBe(0);
  });
});
