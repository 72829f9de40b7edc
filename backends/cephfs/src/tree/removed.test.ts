import type { Attributes } from '@polynas/core/spi';
import { expect, test } from 'vitest';
import type { Known } from '../attributes/attribute-source.ts';
import type { Mounts } from '../mounts/mounts-api.ts';
import type { Mount } from '../native/mount-api.ts';
import { traitsOf } from '../traits.ts';
import { VolumeParts } from '../volume-parts.ts';
import { lostName } from './removed.ts';

const some = new Uint8Array(100);

function parts(): VolumeParts {
  const mounts = { epoch: () => 1n, forget: () => undefined, holdNow: () => undefined } as unknown as Mounts;
  return new VolumeParts({ mounts, traits: traitsOf('head', 2 ** 40) });
}

const known = (id: bigint): Known =>
  ({ attributes: { id, type: 'file', nlink: 1 } as Attributes, own: undefined }) as unknown as Known;

test('lostName_ofWhatIsGone_leavesNothingOfItInMemory', async () => {
  const context = parts();
  for (const id of [7n, 8n]) {
    context.xattrs?.add(id, 1n, 'user.a', some);
    context.contents?.add(id, 1n, 0, some, true);
  }
  const before = { xattrs: context.xattrs!.bytes, contents: context.contents!.bytes };
  expect(await lostName(context, {} as Mount, known(7n))).toBeUndefined();
  expect(context.xattrs?.bytes).toBe(before.xattrs / 2);
  expect(context.contents?.bytes).toBe(before.contents / 2);
  expect(context.contents?.get(8n, 1n, 0, 100)).toEqual(some);
});
