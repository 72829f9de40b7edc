import { BehaviorSubject, map, type Observable } from 'rxjs';
import { StorageError } from '@polynas/core/spi';
import type {
  AttributeChanges,
  Call,
  Capacity,
  CloneGroup,
  Cookie,
  CreateMode,
  DeviceNumber,
  FileId,
  HandleAccess,
  ListOptions,
  MutationOptions,
  Name,
  NewFile,
  RecordsGroup,
  RemoveOptions,
  RenameOptions,
  ReplaceOptions,
  SetattrOptions,
  Volume,
  VolumeStatus,
  VolumeTraits,
  WriteEpoch,
} from '@polynas/core/spi';
import { checkName } from './checks.ts';
import { cloneRanges } from './clone.ts';
import { create, mkdir, mknod, symlink } from './create.ts';
import { keyOf } from './entries.ts';
import { MemoryFileHandle } from './handle.ts';
import type { Inode } from './inode.ts';
import { link } from './link.ts';
import { listByName, readdir } from './listing.ts';
import { settingsFrom } from './options.ts';
import type { MemoryVolumeOptions, MemoryVolumeSettings } from './options.ts';
import { publish } from './publish.ts';
import { getRecord, recordRange, setRecords } from './records.ts';
import { rmdir, unlink } from './remove.ts';
import { rename } from './rename.ts';
import { replace } from './replace.ts';
import { setattr } from './setattr.ts';
import { Tree } from './tree.ts';
import { getxattr, listxattr, removexattr, setxattr } from './xattrs.ts';

/** A new, empty volume in memory. Every method answers in the turn that it was called in. */
export function openMemoryVolume(options: MemoryVolumeOptions = {}): Volume {
  return new MemoryVolume(settingsFrom(options));
}

class MemoryVolume implements Volume {
  readonly traits: VolumeTraits;
  readonly root: FileId;
  // Declared only: a method or group that the options leave out is not there at all.
  declare readonly lookupNow?: NonNullable<Volume['lookupNow']>;
  declare readonly getattrNow?: NonNullable<Volume['getattrNow']>;
  declare readonly listByName?: NonNullable<Volume['listByName']>;
  declare readonly publish?: NonNullable<Volume['publish']>;
  declare readonly clone?: CloneGroup;
  declare readonly records?: RecordsGroup;
  readonly #tree: Tree;
  readonly #health = new BehaviorSubject<VolumeStatus['health']>('healthy');

  constructor(settings: MemoryVolumeSettings) {
    const tree = (this.#tree = new Tree(settings));
    this.traits = settings.traits;
    this.root = tree.root.id;
    if (settings.now) {
      this.lookupNow = (directory, name) => {
        tree.expectOpen();
        const inode = find(tree, directory, name);
        return { attributes: inode && tree.attributes(inode) };
      };
      this.getattrNow = (id) => {
        tree.expectOpen();
        return tree.attributes(tree.inode(id));
      };
    }
    if (settings.traits.orderedListing) {
      this.listByName = (call, directory, from, inclusive, options) =>
        tree.run(call, () => listByName(tree, directory, from, inclusive, options));
    }
    if (settings.traits.maxPublishBytes > 0) {
      this.publish = (call, directory, name, file, chunks, options) =>
        tree.run(call, () => publish(tree, directory, name, file, chunks, options));
    }
    if (settings.clone) {
      this.clone = { ranges: (call, from, to, at) => tree.run(call, () => cloneRanges(tree, from, to, at)) };
    }
    if (settings.records) {
      this.records = {
        get: (call, key) => tree.run(call, () => getRecord(tree, key)),
        range: (call, from, to, limit) => tree.run(call, () => recordRange(tree, from, to, limit)),
        set: (call, changes) => tree.run(call, () => setRecords(tree, changes)),
      };
    }
  }

  epoch(): WriteEpoch {
    return this.#tree.settings.epoch;
  }

  status(): Observable<VolumeStatus> {
    return this.#health.pipe(
      map((health) => ({
        health,
        copies: { present: 1, wanted: 1 },
        bytesToHeal: 0,
        capacity: this.#capacity(),
        epoch: this.epoch(),
      })),
    );
  }

  statfs(call: Call) {
    return this.#tree.run(call, () => this.#capacity());
  }

  lookup(call: Call, directory: FileId, name: Name) {
    return this.#tree.run(call, () => {
      const inode = find(this.#tree, directory, name);
      return inode && this.#tree.attributes(inode);
    });
  }

  getattr(call: Call, id: FileId) {
    return this.#tree.run(call, () => this.#tree.attributes(this.#tree.inode(id)));
  }

  parent(call: Call, directory: FileId) {
    return this.#tree.run(call, () => {
      const { parent } = this.#tree.directory(directory).content;
      return parent && { id: parent.directory.id, name: new Uint8Array(Buffer.from(parent.key, 'latin1')) };
    });
  }

  setattr(call: Call, id: FileId, changes: AttributeChanges, options?: SetattrOptions) {
    return this.#tree.run(call, () => setattr(this.#tree, id, changes, options));
  }

  create(call: Call, directory: FileId, name: Name, mode: CreateMode, file: NewFile) {
    return this.#tree.run(call, () => create(this.#tree, directory, name, mode, file));
  }

  mkdir(call: Call, directory: FileId, name: Name, file: NewFile) {
    return this.#tree.run(call, () => mkdir(this.#tree, directory, name, file));
  }

  mknod(
    call: Call,
    directory: FileId,
    name: Name,
    type: 'fifo' | 'socket' | 'block' | 'character',
    rdev: DeviceNumber,
    file: NewFile,
  ) {
    return this.#tree.run(call, () => mknod(this.#tree, directory, name, type, rdev, file));
  }

  symlink(call: Call, directory: FileId, name: Name, target: Uint8Array, file: NewFile) {
    return this.#tree.run(call, () => symlink(this.#tree, directory, name, target, file));
  }

  readlink(call: Call, id: FileId) {
    return this.#tree.run(call, () => {
      const { content } = this.#tree.inode(id);
      if (content.kind !== 'symlink') throw new StorageError('wrongType');
      return content.target.slice();
    });
  }

  link(call: Call, id: FileId, directory: FileId, name: Name, options?: MutationOptions) {
    return this.#tree.run(call, () => link(this.#tree, id, directory, name, options));
  }

  unlink(call: Call, directory: FileId, name: Name, options?: RemoveOptions) {
    return this.#tree.run(call, () => unlink(this.#tree, directory, name, options));
  }

  rmdir(call: Call, directory: FileId, name: Name, options?: RemoveOptions) {
    return this.#tree.run(call, () => rmdir(this.#tree, directory, name, options));
  }

  rename(call: Call, from: FileId, fromName: Name, to: FileId, toName: Name, options?: RenameOptions) {
    return this.#tree.run(call, () => rename(this.#tree, from, fromName, to, toName, options));
  }

  replace(call: Call, from: FileId, fromName: Name, to: FileId, toName: Name, options?: ReplaceOptions) {
    return this.#tree.run(call, () => replace(this.#tree, from, fromName, to, toName, options));
  }

  readdir(call: Call, directory: FileId, cookie: Cookie, options: ListOptions) {
    return this.#tree.run(call, () => readdir(this.#tree, directory, cookie, options));
  }

  getxattr(call: Call, id: FileId, name: string) {
    return this.#tree.run(call, () => getxattr(this.#tree, id, name));
  }

  listxattr(call: Call, id: FileId) {
    return this.#tree.run(call, () => listxattr(this.#tree, id));
  }

  setxattr(
    call: Call,
    id: FileId,
    name: string,
    value: Uint8Array,
    how: 'either' | 'create' | 'replace',
    options?: MutationOptions,
  ) {
    return this.#tree.run(call, () => setxattr(this.#tree, id, name, value, how, options));
  }

  removexattr(call: Call, id: FileId, name: string, options?: MutationOptions) {
    return this.#tree.run(call, () => removexattr(this.#tree, id, name, options));
  }

  open(call: Call, id: FileId, access: HandleAccess) {
    return this.#tree.run(call, () => new MemoryFileHandle(this.#tree, this.#tree.file(id), access));
  }

  async close(): Promise<void> {
    if (this.#tree.closed) return;
    this.#tree.closed = true;
    this.#tree.inodes.clear();
    this.#tree.records.clear();
    this.#health.complete();
  }

  #capacity(): Capacity {
    const { space, inodes, settings } = this.#tree;
    return {
      totalBytes: space.capacity,
      freeBytes: space.free,
      availableBytes: space.free,
      totalFiles: settings.maxFiles,
      freeFiles: settings.maxFiles - inodes.size,
    };
  }
}

function find(tree: Tree, directory: FileId, name: Name): Inode | undefined {
  const { entries } = tree.directory(directory).content;
  checkName(name, tree.traits);
  return entries.get(keyOf(name))?.inode;
}
