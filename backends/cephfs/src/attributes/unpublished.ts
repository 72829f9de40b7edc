import { snapshotOf } from '../mounts/place-of.ts';
import type { InodePointer, Mount, Statx } from '../native/mount-api.ts';
import { fileIdOf, typeOfMode } from './attributes-of.ts';

/**
 * Device number of the files that `publish` makes under their final names, which CephFS keeps with any file and nobody else reads of a regular one. Its last byte tells how many
 * extended attributes they have when nothing is missing, and whether there are bytes: before, the name means nothing.
 */
const tag = 0x504f_4c00n;
const partsMask = 0xffn;
const hasBytes = 0x80n;

/** Extended attributes of such a file. */
export const mostAttributes = 0x7f;

export function unpublishedTag(attributes: number, bytes: boolean): bigint {
  return tag | BigInt(attributes) | (bytes ? hasBytes : 0n);
}

export function isUnpublishedTag(rdev: bigint): boolean {
  return (rdev & ~partsMask) === tag;
}

function countOf(rdev: bigint): bigint {
  return rdev & BigInt(mostAttributes);
}

/** What the MDS has counted of a file when nothing is missing: the creation as 0, the write and each attribute as one. */
export function changesWhenWhole(rdev: bigint): bigint {
  return countOf(rdev) + ((rdev & hasBytes) === 0n ? 0n : 1n);
}

/**
 * A file that `publish` has not finished, being made at this moment or left by a crash, as far as the change counter tells: each attribute is asked for when the bytes are on the OSDs, and before the
 * first of them the MDS is told of the write (seen with 16.2). A client that is lost has told less, and what is found of its writes is not counted.
 */
export function isUnpublished({ mode, rdev, version }: Pick<Statx, 'mode' | 'rdev' | 'version'>): boolean {
  return isUnpublishedTag(rdev) && version < changesWhenWhole(rdev) && typeOfMode(mode) === 'file';
}

/** Whether a file was never published whole, for all that the cluster knows of it. */
export async function isLeftUnpublished(mount: Mount, pointer: InodePointer, statx: Statx): Promise<boolean> {
  return isUnpublished(statx) && !(await isWholeAfterAll(mount, pointer, statx));
}

/**
 * Whether nothing is missing of such a file after all: an MDS that was started again has heard of the attributes before it hears of the write a second time, and then the client was lost. It is made to count what
 * was foretold; what is in a snapshot stays as it is.
 */
async function isWholeAfterAll(mount: Mount, pointer: InodePointer, statx: Statx): Promise<boolean> {
  const names = (await mount.listxattr(pointer)).filter((name) => !name.startsWith('ceph.'));
  const [name] = names;
  if (name === undefined || names.length < countOf(statx.rdev)) return false;
  if (snapshotOf(fileIdOf(statx)) === undefined) await countAlone(mount, pointer, name);
  return true;
}

const counting = new WeakMap<Mount, Promise<unknown>>();

/** One after another: several may look at the file, and what is counted above its description would void that. */
async function countAlone(mount: Mount, pointer: InodePointer, name: string): Promise<void> {
  const turn = (counting.get(mount) ?? Promise.resolve()).then(() => count(mount, pointer, name));
  counting.set(
    mount,
    turn.catch(() => undefined),
  );
  await turn;
}

async function count(mount: Mount, pointer: InodePointer, name: string): Promise<void> {
  const value = await mount.getxattr(pointer, name);
  const { rdev, version } = await mount.getattr(pointer);
  for (let counted = version; counted < changesWhenWhole(rdev); counted += 1n)
    await mount.setxattr(pointer, name, value ?? new Uint8Array(), 'either');
}
