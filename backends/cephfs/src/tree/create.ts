import { randomInt } from 'node:crypto';
import { StorageError } from '@polynas/core/spi';
import type { Attributes, Call, Created, CreateMode, FileId, Name, NewFile } from '@polynas/core/spi';
import type { Known } from '../attributes/attribute-source.ts';
import { formatOf } from '../attributes/attributes-of.ts';
import { isUnpublishedTag } from '../attributes/unpublished.ts';
import type { VolumeContext } from '../context.ts';
import { isErrno } from '../native/storage-error.ts';
import { changeEntry } from './change-entries.ts';
import type { Directory, Step } from './change-entries.ts';
import { describe, recordOf } from './describe.ts';
import { leftBehind } from './left-behind.ts';
import type { Asked } from './left-behind.ts';
import { heldOn } from './held-on.ts';
import { addEntry, checkNewFile } from './new-entry.ts';
import type { Making } from './making.ts';
import { Attempt } from './over-lives.ts';
import { remember, resolve } from './resolve.ts';

interface Outcome {
  readonly attributes: Attributes;
  readonly created: boolean;
}

/**
 * `ceph_ll_create` leaves the file open for a while, as it will be written to: opening it later is another request, and the MDS journals the range that may be written.
 * With a tag (where others write as well, and for exclusive creations) it is `ceph_ll_mknod`.
 *
 * An exclusive creation keeps 31 bits of its verifier as the device number, which CephFS stores with any file and nobody else reads of a regular one: so they
 * are there from the moment in which the name is. The whole verifier follows in our record, as the last step. A file that has the one and not the other is
 * what a crash left of a creation that was never answered, and the client's repetition finishes it.
 */
export async function create(
  context: VolumeContext,
  call: Call,
  directoryId: FileId,
  name: Name,
  mode: CreateMode,
  file: NewFile,
): Promise<Created> {
  checkNewFile(context, file);
  const making = newFile(context, name, mode, file);
  const attempt = new Attempt<Asked>();
  const { result, directory } = await changeEntry(context, call, directoryId, name, attempt, async (at) => {
    const left = await leftBehind(context, call, at, name, file, making, attempt);
    if (left !== undefined) return made(left);
    const remembered = context.names.get(directoryId, name);
    if (remembered === undefined || remembered === 'absent') {
      try {
        const step = await addEntry(context, at, name, file, making, attempt);
        return made(mode.kind === 'guarded' && mode.passing === true ? { ...step, stable: passing } : step);
      } catch (error) {
        if (!isErrno(error, 'EEXIST')) throw error;
        context.names.drop(directoryId, name);
      }
    }
    const existing = await resolve(context, call, at.inode, at.id, name);
    if (existing === undefined) throw new StorageError('tryLater', 'the name comes and goes');
    return await taken(context, at, name, existing, mode, file);
  });
  return { ...result, directory };
}

/** Nothing is waited for. */
const passing = (): Promise<void> => Promise.resolve();

function made({ result, ...step }: Step<Attributes>): Step<Outcome> {
  return { ...step, result: { attributes: result, created: true } };
}

export function newFile(
  { traits }: VolumeContext,
  name: Name,
  mode: CreateMode,
  file: Omit<NewFile, 'records'>,
): Making {
  const verifier = mode.kind === 'exclusive' ? mode.verifier : undefined;
  const drawn = traits.writers === 'shared' ? drawnTag() : undefined;
  const tag = verifier === undefined ? drawn : tagOf(verifier);
  return {
    record: recordOf(file, verifier === undefined ? {} : { verifier }),
    format: formatOf('file'),
    tag,
    make: (mount, { inode }) =>
      tag === undefined
        ? mount.create(inode.pointer, name, file.mode, file)
        : mount.mknod(inode.pointer, name, formatOf('file') | file.mode, tag, file),
    unmake: (mount, { inode }) => mount.unlink(inode.pointer, name),
  };
}

/** Never 0, which files of others have, nor one that is drawn, nor one of `publish`. */
function tagOf(verifier: bigint): bigint {
  const tag = BigInt.asUintN(31, verifier ^ (verifier >> 32n));
  return tag === 0n || isUnpublishedTag(tag) ? 1n : tag;
}

/** Tells a creation from those of other clients, should this one be evicted before it is answered (`left-behind.ts`). */
function drawnTag(): bigint {
  return (1n << 31n) | BigInt(randomInt(2 ** 31));
}

async function taken(
  context: VolumeContext,
  directory: Directory,
  name: Name,
  existing: Known,
  mode: CreateMode,
  file: NewFile,
): Promise<Step<Outcome>> {
  const same = { changed: false, result: { attributes: existing.attributes, created: false } };
  if (mode.kind === 'unchecked') return same;
  if (mode.kind === 'guarded' || existing.attributes.type !== 'file') throw new StorageError('exists');
  if (existing.own.verifier === mode.verifier) return same;
  if (existing.own.verifier !== undefined) throw new StorageError('exists');
  return await finish(context, directory, name, existing, mode.verifier, file);
}

async function finish(
  context: VolumeContext,
  directory: Directory,
  name: Name,
  existing: Known,
  verifier: bigint,
  file: NewFile,
): Promise<Step<Outcome>> {
  const { id } = existing.attributes;
  const inode = await heldOn(context, directory.inode.mount, id);
  try {
    const statx = await inode.mount.getattr(inode.pointer);
    if (statx.rdev !== tagOf(verifier)) throw new StorageError('exists');
    const record = recordOf(file, { verifier });
    const { attributes } = await describe(context, inode, statx, file, record);
    remember(context, directory.id, name, { attributes, own: record });
    await context.syncs.stable(inode);
    return { changed: false, result: { attributes, created: true } };
  } finally {
    inode.release();
  }
}
