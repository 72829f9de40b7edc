import { StorageError } from '@polynas/core/spi';
import type { Statx } from '../native/mount-api.ts';

/**
 * Device number of the files that `publish` makes under their final names, which CephFS keeps with any file and nobody else reads of a regular one. Its last byte tells how many changes
 * the MDS has counted when nothing is missing any more: before, the name means nothing.
 */
const tag = 0x504f_4c00n;
const changesMask = 0xffn;
const formatMask = 0o170_000;
const regular = 0o100_000;

export const mostChanges = Number(changesMask);

export function unpublishedTag(changes: number): bigint {
  return tag | BigInt(changes);
}

export function isUnpublishedTag(rdev: bigint): boolean {
  return (rdev & ~changesMask) === tag;
}

/**
 * A file that `publish` has not finished: being made at this moment, or left by a crash. The MDS counts the creation as 0 and each extended attribute as one, which are asked for when the bytes
 * are on the OSDs; before the first of them it is told of the write (seen with 16.2: always; `publish-new.ts` looks). A client that is lost has told less, and what is found of its writes is not counted.
 */
export function isUnpublished({ mode, rdev, version }: Pick<Statx, 'mode' | 'rdev' | 'version'>): boolean {
  return (mode & formatMask) === regular && isUnpublishedTag(rdev) && version < (rdev & changesMask);
}

/** Throws `stale` for one that is not there: who knows its number has it from before a crash. */
export function expectPublished(statx: Statx): void {
  if (isUnpublished(statx)) throw new StorageError('stale', 'what was never published whole');
}
