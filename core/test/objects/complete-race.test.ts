import { describe, expect, it } from 'vitest';
import type { MemoryVolumeOptions } from '@polynas/backend-memory';
import type { CloneGroup, Volume } from '../../src/spi/index.ts';
import { isBare } from '../flavour.ts';
import { changedCalls } from '../changed-calls.ts';
import { bodyOf, codeOf, contentOf, keysOf, leftovers, makeObjectWorld, plain, s3 } from './object-world.ts';

/** Does something just before parts are put together by reference. */
function beforeClone(volume: Volume, act: () => Promise<void>): Volume {
  const { clone } = volume;
  if (clone === undefined) return volume;
  const ranges: CloneGroup['ranges'] = async (...given) => {
    await act();
    return clone.ranges(...given);
  };
  return changedCalls(volume, { clone: { ...clone, ranges } });
}

const variants: [string, MemoryVolumeOptions][] = [
  ['swap', {}],
  ['rename', { traits: { replace: 'rename' } }],
];

describe.each(variants)('a part that is uploaded anew while the upload is completed: %s', (_, options) => {
  for (const [what, again] of [
    ['of the same size', 'BBBB'],
    ['shorter', 'B'],
    ['longer', 'BBBBBBBB'],
  ] as const) {
    it.skipIf(isBare())(`${what}: the completion is refused, and nothing is published`, async () => {
      let act = async (): Promise<void> => undefined;
      const world = await makeObjectWorld({
        ...options,
        minimumPartSize: 1,
        wrap: (volume) => beforeClone(volume, () => act()),
      });
      const { objects } = world;
      const upload = await objects.createUpload(s3, 1, 'k', plain);
      const first = await objects.putPart(s3, 1, 'k', upload.id, 1, bodyOf('AAAA'));
      const second = await objects.putPart(s3, 1, 'k', upload.id, 2, bodyOf('CCCC'));
      const named = [first, second].map(({ number, etag }) => ({ number, etag }));
      act = async () => {
        await objects.putPart(s3, 1, 'k', upload.id, 1, bodyOf(again));
      };
      expect(await codeOf(objects.completeUpload(s3, 1, 'k', upload.id, named))).toBe('invalidPart');
      expect(await keysOf(objects)).toEqual([]);
      expect((await leftovers(world)).filter((path) => path.includes('t-'))).toEqual([]);

      act = async () => undefined;
      const parts = await objects.listParts(s3, 1, 'k', upload.id, 0, 10);
      const present = parts.parts.map(({ number, etag }) => ({ number, etag }));
      await objects.completeUpload(s3, 1, 'k', upload.id, present);
      expect((await contentOf(objects, 'k')).toString()).toBe(`${again}CCCC`);
    });
  }
});
