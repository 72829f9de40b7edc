import { StorageError } from '@polynas/core/spi';
import type { Attributes, Call, Created, FileId, Name, NewFile } from '@polynas/core/spi';
import { fileIdOf } from '../attributes/attributes-of.ts';
import { checkAttributes } from '../attributes/checks.ts';
import type { OwnRecord } from '../attributes/own-record.ts';
import type { VolumeContext } from '../context.ts';
import type { FhPointer, Mount, Statx } from '../native/mount-api.ts';
import { isErrno } from '../native/storage-error.ts';
import { checkNewXattrs } from '../xattrs/budget.ts';
import { changeEntry, orStale } from './change-entries.ts';
import type { Directory, Step } from './change-entries.ts';
import { asMade, describe } from './describe.ts';
import { heldOn } from './held-on.ts';
import { madeOver } from './left-unpublished.ts';
import { leftBehind, reading } from './left-behind.ts';
import type { Asked } from './left-behind.ts';
import { unmade } from './making.ts';
import type { Making } from './making.ts';
import { Attempt } from './over-lives.ts';
import { entered, resolve } from './resolve.ts';
import { stableFileOn } from './stable-file.ts';

/** Throws for a new file that cannot be as it is described, before anything is done. */
export function checkNewFile({ traits }: VolumeContext, file: NewFile): void {
  checkAttributes(file, traits);
  checkNewXattrs(file.xattrs ?? new Map(), traits);
  if (file.records !== undefined && file.records.length > 0) {
    throw new StorageError('notSupported', 'this volume has no records');
  }
}

/** A new name for a new file: `exists` when it is taken. */
export async function newEntry(
  context: VolumeContext,
  call: Call,
  directoryId: FileId,
  name: Name,
  file: NewFile,
  making: Making,
): Promise<Created> {
  checkNewFile(context, file);
  const attempt = new Attempt<Asked>();
  const { result, directory } = await changeEntry(context, call, directoryId, name, attempt, async (at) => {
    const left = await leftBehind(context, call, at, name, file, making, attempt);
    if (left !== undefined) return left;
    if ((await resolveKnown(context, call, at, name)) !== undefined) throw new StorageError('exists');
    try {
      return await addEntry(context, at, name, file, making, attempt);
    } catch (error) {
      throw isErrno(error, 'EEXIST') ? new StorageError('exists', undefined, { cause: error }) : error;
    }
  });
  return { attributes: result, created: true, directory };
}

/** What the name is remembered to mean: where that is unknown, the creation itself will tell. */
export async function resolveKnown(
  context: VolumeContext,
  call: Call,
  directory: Directory,
  name: Name,
): Promise<Attributes | undefined> {
  if (context.names.get(directory.id, name) === undefined) return undefined;
  return (await resolve(context, call, directory.inode, directory.id, name))?.attributes;
}

/** Makes the name and the file whole, or takes it away again. Rejected with EEXIST (`CephError`) when the name is taken. */
export async function addEntry(
  context: VolumeContext,
  directory: Directory,
  name: Name,
  file: Omit<NewFile, 'records'>,
  making: Making,
  attempt: Attempt<Asked>,
): Promise<Step<Attributes>> {
  const { mount } = directory.inode;
  const wasFree = context.names.get(directory.id, name) === 'absent';
  attempt.issue({ since: reading(context.clock, context.steadyClock), wasFree });
  context.names.changing(directory.id, name);
  const {
    inode: pointer,
    statx,
    fh,
  } = await madeOver(context, directory.inode, directory.id, name, () => orStale(making.make(mount, directory)));
  const id = fileIdOf(statx);
  if (attempt.issued !== undefined) attempt.issued.id = id;
  context.mounts.learn(mount, id, pointer);
  try {
    if (fh !== undefined) await keepOpen(context, mount, id, fh);
    const { record } = making;
    const plain = asMade(context, statx, file, record);
    const attributes = plain ?? (await describedOn(context, mount, statx, file, record));
    entered(context, directory.id, name, { attributes, own: record });
    const step = { changed: true, subdirectories: attributes.type === 'directory' ? 1 : 0, result: attributes };
    return plain === undefined ? { ...step, stable: () => stableFileOn(context, mount, id) } : step;
  } catch (error) {
    return await unmade(context, directory, id, making, error);
  }
}

async function describedOn(
  context: VolumeContext,
  mount: Mount,
  statx: Statx,
  file: Omit<NewFile, 'records'>,
  record: OwnRecord,
): Promise<Attributes> {
  const inode = await heldOn(context, mount, fileIdOf(statx));
  try {
    return (await describe(context, inode, statx, file, record)).attributes;
  } finally {
    inode.release();
  }
}

/** Where the file is bound to another mount, what is open here is of no use. */
async function keepOpen(context: VolumeContext, mount: Mount, id: FileId, fh: FhPointer): Promise<void> {
  const own = await context.mounts.hold(id);
  if (own.mount.incarnation === mount.incarnation) {
    context.opens.adopt(own, id, fh);
    return;
  }
  own.release();
  await mount.close(fh);
}
