/** The tree that `serve-tree.ts` serves: files in memory. It has no locks, quota or permissions: `caller` is where they would be asked. */
import { randomBytes } from 'node:crypto';
import type {
  Attributes,
  Capacity,
  Created,
  CreateMode,
  DirectoryChange,
  FileRef,
  FileType,
  Name,
  NewAttributes,
  Timestamp,
  VolumeTraits,
} from '@polynas/core/service';
import { stampOf, StorageError } from '@polynas/core/service';
import type { NfsServices } from 'node-nfsd';

type FileService = NfsServices['files'];

interface Node {
  attributes: Attributes;
  content: Buffer;
  /** Of a directory, by name in Latin-1: names are bytes. A Map keeps the order of creation. */
  readonly entries: Map<string, { readonly cookie: bigint; readonly node: Node }>;
  parent: bigint;
  verifier: bigint | undefined;
}

type Times = Pick<Attributes, 'accessed' | 'modified' | 'changed' | 'born'>;

export const SHARE = 1;
export const ROOT = 1n;
const ALL_RIGHTS = ~0 >>> 1;
const NO_DEVICE = { major: 0, minor: 0 };
const key = (name: Name): string => Buffer.from(name).toString('latin1');
const traits = { maxNameBytes: 255, maxFileSize: 2 ** 31, maxLinks: 1000, timeGranularity: 1e6, preferredIo: 2 ** 17 };

/** The tree itself, one method for each operation of NFSv3. */
export class MemoryTree implements FileService {
  private readonly nodes = new Map<bigint, Node>();
  private readonly started = randomBytes(8).readBigUInt64BE();
  private lastCookie = 2n;

  constructor() {
    this.nodes.set(ROOT, this.newNode(ROOT, 'directory', { mode: 0o777, uid: 0, gid: 0 }));
  }

  root = (): FileRef => ({ share: SHARE, id: ROOT });
  limits = (): VolumeTraits => traits as VolumeTraits;
  epoch = (): bigint => this.started;
  getattr: FileService['getattr'] = async (_caller, file) => this.node(file).attributes;
  access: FileService['access'] = async (_caller, file, wanted) => ({
    granted: wanted & ALL_RIGHTS,
    attributes: this.node(file).attributes,
  });
  readlink: FileService['readlink'] = async (_caller, file) => {
    const { attributes, content } = this.node(file);
    if (attributes.type !== 'symlink') throw new StorageError('wrongType');
    return { target: content, attributes };
  };
  statfs = async (): Promise<Capacity> => {
    const bytes = 2 ** 30;
    return { totalBytes: bytes, freeBytes: bytes, availableBytes: bytes, totalFiles: 1e6, freeFiles: 1e6 };
  };

  lookup: FileService['lookup'] = async (_caller, directory, name) => {
    const from = this.directory(directory);
    const text = key(name);
    const there = text === '.' ? from : text === '..' ? this.nodes.get(from.parent) : from.entries.get(text)?.node;
    return { ...(there && { attributes: there.attributes }), directory: from.attributes };
  };

  setattr: FileService['setattr'] = async (_caller, file, changes, conditions) => {
    const node = this.node(file);
    const before = stampOf(node.attributes);
    const guard = conditions?.ifChanged;
    const { seconds, nanoseconds } = before.changed;
    if (guard && (guard.seconds !== seconds || guard.nanoseconds !== nanoseconds))
      throw new StorageError('conditionFailed');
    if (changes.size !== undefined) this.resize(node, changes.size);
    const { accessed, modified, ...rest } = changes;
    this.touch(node, {
      ...rest,
      ...(accessed && { accessed: accessed === 'now' ? now() : accessed }),
      ...(modified && { modified: modified === 'now' ? now() : modified }),
    });
    return { before, after: node.attributes };
  };

  read: FileService['read'] = async (_caller, file, offset, length) => {
    const { attributes, content } = this.file(file);
    const bytes = Buffer.from(content.subarray(offset, offset + length));
    return { bytes, eof: offset + bytes.length >= content.length, attributes };
  };

  write: FileService['write'] = async (_caller, file, offset, chunks) => {
    const node = this.file(file);
    const before = stampOf(node.attributes);
    const data = Buffer.concat(chunks);
    if (offset + data.length > node.content.length) this.resize(node, offset + data.length);
    node.content.set(data, offset);
    this.touch(node, { modified: now() });
    return { written: data.length, before, after: node.attributes, committed: 'file', epoch: this.started };
  };

  commit: FileService['commit'] = async (_caller, file) => {
    const { attributes } = this.file(file);
    return { before: stampOf(attributes), after: attributes, epoch: this.started };
  };

  create: FileService['create'] = async (caller, directory, name, mode, wanted) => {
    const found = this.directory(directory).entries.get(key(name))?.node;
    if (found === undefined) return this.make(caller.principal, directory, name, 'file', wanted, mode);
    const again = mode.kind === 'exclusive' && found.verifier === mode.verifier;
    if (found.attributes.type !== 'file' || (mode.kind !== 'unchecked' && !again)) throw new StorageError('exists');
    if (wanted.size !== undefined) this.resize(found, wanted.size);
    return { attributes: found.attributes, created: false, directory: this.unchanged(directory) };
  };
  mkdir: FileService['mkdir'] = async (caller, directory, name, wanted) =>
    this.make(caller.principal, directory, name, 'directory', wanted);
  mknod: FileService['mknod'] = async (caller, directory, name, type, rdev, wanted) =>
    this.make(caller.principal, directory, name, type, { ...wanted, rdev });
  symlink: FileService['symlink'] = async (caller, directory, name, target, wanted) => {
    const made = this.make(caller.principal, directory, name, 'symlink', wanted);
    const node = this.nodes.get(made.attributes.id)!;
    node.content = Buffer.from(target);
    this.touch(node, { size: target.length });
    return { ...made, attributes: node.attributes };
  };

  link: FileService['link'] = async (_caller, file, directory, name) => {
    const node = this.node(file);
    if (node.attributes.type === 'directory') throw new StorageError('isDirectory');
    return this.entryChange(directory, (to) => this.enter(to, name, node), node);
  };
  remove: FileService['remove'] = async (_caller, directory, name) => this.take(directory, name, false);
  rmdir: FileService['rmdir'] = async (_caller, directory, name) => this.take(directory, name, true);

  rename: FileService['rename'] = async (_caller, fromDirectory, fromName, toDirectory, toName) => {
    const [from, to] = [this.directory(fromDirectory), this.directory(toDirectory)];
    const moved = from.entries.get(key(fromName))?.node;
    if (moved === undefined) throw new StorageError('notFound');
    for (let above = to; ; above = this.nodes.get(above.parent)!) {
      if (above === moved) throw new StorageError('invalid');
      if (above.attributes.id === ROOT) break;
    }
    const before = [stampOf(from.attributes), stampOf(to.attributes)] as const;
    const target = to.entries.get(key(toName))?.node;
    const unchanged = target === moved;
    if (target !== undefined && !unchanged) {
      const isDirectory = moved.attributes.type === 'directory';
      if (!isDirectory && target.attributes.type === 'directory') throw new StorageError('isDirectory');
      this.take(toDirectory, toName, isDirectory);
    }
    if (!unchanged) {
      this.leave(from, fromName, moved);
      this.enter(to, toName, moved);
    }
    const changeOf = (directory: Node, stamp: DirectoryChange['before']) => ({
      before: stamp,
      after: directory.attributes,
      atomic: true,
    });
    return { moved: moved.attributes, unchanged, from: changeOf(from, before[0]), to: changeOf(to, before[1]) };
  };

  readdir: FileService['readdir'] = async (_caller, file, cookie, { limit, attributes }) => {
    const directory = this.directory(file);
    const all = [...directory.entries].filter(([, entry]) => entry.cookie > cookie);
    const entries = all.slice(0, limit).map(([name, entry]) => {
      const { id, type } = entry.node.attributes;
      const shown = attributes ? { attributes: entry.node.attributes } : {};
      return { name: Buffer.from(name, 'latin1'), id, type, cookie: entry.cookie, ...shown };
    });
    return { entries, end: entries.length === all.length, directory: directory.attributes, parent: directory.parent };
  };

  private node({ id }: FileRef): Node {
    const node = this.nodes.get(id);
    if (node === undefined) throw new StorageError('stale');
    return node;
  }

  private directory(file: FileRef): Node {
    const node = this.node(file);
    if (node.attributes.type !== 'directory') throw new StorageError('notDirectory');
    return node;
  }

  private file(file: FileRef): Node {
    const node = this.node(file);
    if (node.attributes.type !== 'file') throw new StorageError('wrongType');
    return node;
  }

  private newNode(id: bigint, type: FileType, given: Partial<Attributes> & { readonly mode: number }): Node {
    const time = now();
    const times: Times = { accessed: time, modified: time, changed: time, born: time };
    const sizes = {
      nlink: type === 'directory' ? 2 : 0,
      size: 0,
      allocated: 0,
      rdev: NO_DEVICE,
      dosBits: 0,
      change: 1n,
    };
    const attributes = { id, type, uid: 0, gid: 0, ...times, ...sizes, ...given };
    return { attributes, content: Buffer.alloc(0), entries: new Map(), parent: ROOT, verifier: undefined };
  }

  private make(
    { uid, gid }: { readonly uid: number; readonly gid: number },
    directory: FileRef,
    name: Name,
    type: FileType,
    { mode, rdev = NO_DEVICE, size = 0 }: NewAttributes & Partial<Pick<Attributes, 'rdev'>>,
    how?: CreateMode,
  ): Created {
    if (this.directory(directory).entries.has(key(name))) throw new StorageError('exists');
    const node = this.newNode(randomBytes(8).readBigUInt64BE(), type, { mode, uid, gid, rdev });
    if (how?.kind === 'exclusive') node.verifier = how.verifier;
    if (size > 0) this.resize(node, size);
    this.nodes.set(node.attributes.id, node);
    return this.entryChange(directory, (to) => this.enter(to, name, node), node);
  }

  private take(directory: FileRef, name: Name, isDirectory: boolean) {
    const node = this.directory(directory).entries.get(key(name))?.node;
    if (node === undefined) throw new StorageError('notFound');
    if (isDirectory !== (node.attributes.type === 'directory'))
      throw new StorageError(isDirectory ? 'notDirectory' : 'isDirectory');
    if (node.entries.size > 0) throw new StorageError('notEmpty');
    const { directory: change } = this.entryChange(directory, (from) => this.leave(from, name, node), node);
    const left = isDirectory ? 0 : node.attributes.nlink;
    if (left === 0) this.nodes.delete(node.attributes.id);
    return { removed: { ...node.attributes, nlink: left }, directory: change };
  }

  private entryChange(file: FileRef, change: (directory: Node) => void, node: Node): Created {
    const directory = this.directory(file);
    const before = stampOf(directory.attributes);
    change(directory);
    return {
      attributes: node.attributes,
      created: true,
      directory: { before, after: directory.attributes, atomic: true },
    };
  }

  private unchanged(file: FileRef): DirectoryChange {
    const { attributes } = this.directory(file);
    return { before: stampOf(attributes), after: attributes, atomic: true };
  }

  private enter(directory: Node, name: Name, node: Node): void {
    if (name.length > traits.maxNameBytes) throw new StorageError('nameTooLong');
    directory.entries.set(key(name), { cookie: ++this.lastCookie, node });
    this.counted(directory, node, 1);
    node.parent = directory.attributes.id;
  }

  private leave(directory: Node, name: Name, node: Node): void {
    directory.entries.delete(key(name));
    this.counted(directory, node, -1);
  }

  /** A directory counts its sub-directories, everything else its names. */
  private counted(directory: Node, node: Node, by: number): void {
    const isDirectory = node.attributes.type === 'directory';
    this.touch(directory, { modified: now(), nlink: directory.attributes.nlink + (isDirectory ? by : 0) });
    this.touch(node, isDirectory ? {} : { nlink: node.attributes.nlink + by });
  }

  private resize(node: Node, size: number): void {
    if (size > traits.maxFileSize) throw new StorageError('tooLarge');
    const content = Buffer.alloc(size);
    node.content.copy(content);
    node.content = content;
    this.touch(node, { size, allocated: size, modified: now() });
  }

  private touch(node: Node, changes: Partial<Attributes>): void {
    node.attributes = { ...node.attributes, ...changes, changed: now(), change: node.attributes.change + 1n };
  }
}

function now(): Timestamp {
  const milliseconds = Date.now();
  return { seconds: Math.floor(milliseconds / 1000), nanoseconds: (milliseconds % 1000) * 1e6 };
}
