import type { FileId } from '@polynas/core/spi';

const inodeMask = (1n << 64n) - 1n;

/** The inode number of an id: a snapshot's has the snapshot's number above it. */
export function inodeOf(id: FileId): bigint {
  return id & inodeMask;
}

/** The snapshot that the id names the file in; `undefined` for the living one. */
export function snapshotOf(id: FileId): bigint | undefined {
  const snapshot = id >> 64n;
  return snapshot === 0n ? undefined : snapshot;
}

/** Which of `places` mounts a file is bound to, in all its snapshots. MDS ranks number their inodes one after another: neighbours are spread. */
export function placeOf(id: FileId, places: number): number {
  return places === 1 ? 0 : Number(inodeOf(id) % BigInt(places));
}
