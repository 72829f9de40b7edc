import type { Observable } from 'rxjs';
import type {
  AttributeChanges,
  Call,
  Cookie,
  CreateMode,
  DeviceNumber,
  FileHandle,
  FileId,
  HandleAccess,
  ListOptions,
  MutationOptions,
  Name,
  NewFile,
  RemoveOptions,
  RenameOptions,
  PublishOptions,
  ReplaceOptions,
  SetattrOptions,
  Volume,
  VolumeStatus,
  VolumeTraits,
  WriteEpoch,
} from '@polynas/core/spi';
import { Leases } from './leases/leases.ts';
import { Locks } from './locks/locks.ts';
import type { Mounts } from './mounts/mounts-api.ts';
import { Placement } from './placement/placement.ts';
import { Quota } from './quota/quota.ts';
import { Snapshots } from './snapshots/snapshots.ts';
import { create } from './tree/create.ts';
import { getattr } from './tree/getattr.ts';
import { link } from './tree/link.ts';
import { lookup, lookupNow } from './tree/lookup.ts';
import { mkdir } from './tree/mkdir.ts';
import { mknod } from './tree/mknod.ts';
import { reservedName } from './tree/names.ts';
import { parent } from './tree/parent.ts';
import { publish } from './tree/publish.ts';
import { readdir } from './tree/readdir.ts';
import { reading } from './tree/reading.ts';
import { readlink } from './tree/readlink.ts';
import { rename } from './tree/rename.ts';
import { replace } from './tree/replace.ts';
import { rmdir } from './tree/rmdir.ts';
import { setattr } from './tree/setattr.ts';
import { statfs } from './tree/statfs.ts';
import { symlink } from './tree/symlink.ts';
import { unlink } from './tree/unlink.ts';
import { VolumeParts } from './volume-parts.ts';
import type { VolumePartsOptions } from './volume-parts.ts';
import { getxattr } from './xattrs/getxattr.ts';
import { listxattr } from './xattrs/listxattr.ts';
import { removexattr } from './xattrs/removexattr.ts';
import { setxattr } from './xattrs/setxattr.ts';

/** The volume on mounts that serve; it closes them with itself. */
export async function volumeOn(
  mounts: Mounts,
  traits: VolumeTraits,
  options: Omit<VolumePartsOptions, 'mounts' | 'traits'> = {},
): Promise<Volume> {
  const parts = new VolumeParts({ mounts, traits, ...options });
  await hideOwn(parts);
  return new CephVolume(parts);
}

/** The directory of our own in the root is none of callers' sub-directories. */
async function hideOwn({ mounts, attributes }: VolumeParts): Promise<void> {
  const mount = mounts.of(mounts.root);
  const own = await mount.lookup(mount.root, reservedName);
  if (own === undefined) return;
  mount.put(own.inode);
  attributes.hiddenInRoot = 1;
}

class CephVolume implements Volume {
  readonly traits: VolumeTraits;
  readonly root: FileId;
  readonly placement: Placement;
  readonly quota: Quota;
  readonly snapshots: Snapshots;
  // Declared only: they are there where this process alone changes the volume.
  declare readonly lookupNow?: NonNullable<Volume['lookupNow']>;
  declare readonly getattrNow?: NonNullable<Volume['getattrNow']>;
  // And these where others do as well.
  declare readonly locks?: Locks;
  declare readonly leases?: Leases;
  readonly #parts: VolumeParts;
  #closed: Promise<void> | undefined;

  constructor(parts: VolumeParts) {
    this.#parts = parts;
    this.traits = parts.traits;
    this.root = parts.mounts.root;
    this.placement = new Placement(parts);
    this.quota = new Quota(parts);
    this.snapshots = new Snapshots(parts);
    if (parts.traits.writers === 'shared') {
      this.locks = new Locks(parts);
      this.leases = new Leases(parts);
      return;
    }
    this.lookupNow = (directory, name) => {
      parts.life.expectOpen();
      return lookupNow(parts, directory, name);
    };
    this.getattrNow = (id) => {
      parts.life.expectOpen();
      return parts.attributes.now(id)?.attributes;
    };
  }

  epoch(): WriteEpoch {
    return this.#parts.mounts.epoch();
  }

  status(): Observable<VolumeStatus> {
    return this.#parts.mounts.status();
  }

  statfs(call: Call) {
    return this.#read(call, this.root, () => statfs(this.#parts, call));
  }

  lookup(call: Call, directory: FileId, name: Name) {
    return this.#read(call, directory, () => lookup(this.#parts, call, directory, name));
  }

  getattr(call: Call, id: FileId) {
    return this.#read(call, id, () => getattr(this.#parts, call, id));
  }

  parent(call: Call, directory: FileId) {
    return this.#read(call, directory, () => parent(this.#parts, call, directory));
  }

  setattr(call: Call, id: FileId, changes: AttributeChanges, options?: SetattrOptions) {
    return this.#run(call, () => setattr(this.#parts, call, id, changes, options));
  }

  create(call: Call, directory: FileId, name: Name, mode: CreateMode, file: NewFile) {
    return this.#run(call, () => create(this.#parts, call, directory, name, mode, file));
  }

  mkdir(call: Call, directory: FileId, name: Name, file: NewFile) {
    return this.#run(call, () => mkdir(this.#parts, call, directory, name, file));
  }

  mknod(
    call: Call,
    directory: FileId,
    name: Name,
    type: 'fifo' | 'socket' | 'block' | 'character',
    rdev: DeviceNumber,
    file: NewFile,
  ) {
    return this.#run(call, () => mknod(this.#parts, call, directory, name, type, rdev, file));
  }

  symlink(call: Call, directory: FileId, name: Name, target: Uint8Array, file: NewFile) {
    return this.#run(call, () => symlink(this.#parts, call, directory, name, target, file));
  }

  readlink(call: Call, id: FileId) {
    return this.#read(call, id, () => readlink(this.#parts, call, id));
  }

  link(call: Call, id: FileId, directory: FileId, name: Name, options?: MutationOptions) {
    return this.#run(call, () => link(this.#parts, call, id, directory, name, options));
  }

  unlink(call: Call, directory: FileId, name: Name, options?: RemoveOptions) {
    return this.#run(call, () => unlink(this.#parts, call, directory, name, options));
  }

  rmdir(call: Call, directory: FileId, name: Name, options?: RemoveOptions) {
    return this.#run(call, () => rmdir(this.#parts, call, directory, name, options));
  }

  rename(call: Call, from: FileId, fromName: Name, to: FileId, toName: Name, options?: RenameOptions) {
    return this.#run(call, () => rename(this.#parts, call, from, fromName, to, toName, options));
  }

  replace(call: Call, from: FileId, fromName: Name, to: FileId, toName: Name, options?: ReplaceOptions) {
    return this.#run(call, () => replace(this.#parts, call, from, fromName, to, toName, options));
  }

  publish(
    call: Call,
    directory: FileId,
    name: Name,
    file: Omit<NewFile, 'records'>,
    chunks: readonly Uint8Array[],
    options: PublishOptions,
  ) {
    // To the end, also when nobody waits any more: the bytes are the caller's.
    return this.#parts.life.run(call, () => publish(this.#parts, call, directory, name, file, chunks, options));
  }

  readdir(call: Call, directory: FileId, cookie: Cookie, options: ListOptions) {
    return this.#read(call, directory, () => readdir(this.#parts, call, directory, cookie, options));
  }

  getxattr(call: Call, id: FileId, name: string) {
    return this.#read(call, id, () => getxattr(this.#parts, call, id, name));
  }

  listxattr(call: Call, id: FileId) {
    return this.#read(call, id, () => listxattr(this.#parts, call, id));
  }

  setxattr(
    call: Call,
    id: FileId,
    name: string,
    value: Uint8Array,
    how: 'either' | 'create' | 'replace',
    options?: MutationOptions,
  ) {
    return this.#run(call, () => setxattr(this.#parts, call, id, name, value, how, options));
  }

  removexattr(call: Call, id: FileId, name: string, options?: MutationOptions) {
    return this.#run(call, () => removexattr(this.#parts, call, id, name, options));
  }

  open(call: Call, id: FileId, access: HandleAccess): Promise<FileHandle> {
    return this.#read(call, id, () => this.#parts.opens.open(call, id, access));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#parts.life.end();
    await this.#parts.mounts.close();
  }

  #read<Result>(call: Call, id: FileId, step: () => Promise<Result>): Promise<Result> {
    return this.#run(call, () => reading(this.#parts.mounts, call, id, step));
  }

  #run<Result>(call: Call, step: () => Promise<Result>): Promise<Result> {
    return this.#parts.life.runWhileWanted(call, step);
  }
}
