import type { Call, Name } from '@polynas/core/spi';
import { CephError } from '../native/ceph-error.ts';
import { errno } from '../native/errno.ts';
import type { ErrnoName } from '../native/errno.ts';
import type {
  FhPointer,
  Found,
  InodePointer,
  Mount,
  NativeChanges,
  NativeEntry,
  NativeName,
  Owner,
  Statx,
} from '../native/mount-api.ts';
import type { FakeCluster, FakeInode } from './fake-cluster.ts';

const noSnapshot = 2n ** 64n - 2n;
const formatMask = 0o170_000;
const hashOrder = 0xffn << 52n;
const firstOfHash = 2n;
const formats = { directory: 0o040_000, file: 0o100_000, symlink: 0o120_000 } as const;

/** What a client has written and not synced. */
type Unsynced = Pick<FakeInode, 'data' | 'version' | 'modified' | 'changed'>;

/** Told of each call before it is done; may hold it up, or reject it. */
export type Before = (call: keyof Mount) => Promise<void> | void;

/**
 * A client of a cluster in memory that keeps what is written to itself until it is synced, and loses it when it is evicted, without a word: syncs succeed
 * until somebody asks `expectUnbroken`. For tests; one client at a time sees what it has not synced.
 */
export class FakeClient implements Mount {
  readonly root: InodePointer;
  readonly incarnation: object = this;
  alive = true;
  before: Before = () => undefined;
  /** Files whose names listings lack, as those of libcephfs were seen to do. */
  readonly leftOut = new Set<bigint>();
  /** Told of each call that the cluster has done, before it is answered: who evicts here loses the answer. */
  after: Before = () => undefined;
  readonly #cluster: FakeCluster;
  readonly #lost: () => void;
  readonly #lostWrites: () => void;
  readonly #unsynced = new Map<bigint, Unsynced>();
  readonly #open = new Map<FhPointer, FakeInode>();
  /** Files that this client made and of which the cluster took nothing back yet: before it sets the first attribute it is told of the writes. */
  readonly #exclusive = new Set<bigint>();
  #evicted = false;
  #isFull = false;
  readonly #thrownAway = new Set<FhPointer>();
  #lastFh = 0n;

  constructor(cluster: FakeCluster, lost: () => void, lostWrites: () => void) {
    this.#cluster = cluster;
    this.#lost = lost;
    this.#lostWrites = lostWrites;
    this.root = cluster.root.ino;
  }

  /** The pool gets full, or there is room again: what was not synced is thrown away, and only `fsync` tells, as long as it is full, and whoever closes what it was written through. */
  fill(isFull: boolean): void {
    this.#isFull = isFull;
    if (!isFull) return;
    for (const [fh, { ino }] of this.#open) if (this.#unsynced.has(ino)) this.#thrownAway.add(fh);
    this.#unsynced.clear();
  }

  /** The cluster throws the client out. Nobody is told. */
  evict(): void {
    this.#evicted = true;
    this.#unsynced.clear();
    for (const fh of this.#open.keys()) this.#close(fh);
  }

  /** Open files. */
  get opens(): number {
    return this.#open.size;
  }

  within(_call: Call): Mount {
    return this;
  }

  async expectUnbroken(): Promise<void> {
    if (this.#evicted) this.#refuse('expectUnbroken', 'ESHUTDOWN');
  }

  lookup(parent: InodePointer, name: Name): Promise<Found | undefined> {
    return this.#call('lookup', () => {
      const ino = this.#inode(parent).entries.get(keyOf(name));
      return ino === undefined ? undefined : this.#found(this.#inode(ino));
    });
  }

  lookupInode(ino: bigint): Promise<InodePointer | undefined> {
    return this.#call('lookupInode', () => (this.#cluster.inodes.has(ino) ? ino : undefined));
  }

  getattr(inode: InodePointer): Promise<Statx> {
    return this.#call('getattr', () => this.#statx(this.#inode(inode)));
  }

  getattrNow(inode: InodePointer): Statx {
    return this.#statx(this.#inode(inode));
  }

  getattrs(inodes: readonly InodePointer[], xattrs: readonly string[] = []) {
    return this.#call('getattrs', () =>
      inodes.map((pointer) => {
        const inode = this.#inode(pointer);
        return { statx: this.#statx(inode), xattrs: among(inode, xattrs) };
      }),
    );
  }

  setattr(pointer: InodePointer, { size, ...changes }: NativeChanges): Promise<Statx> {
    return this.#call('setattr', () => {
      const inode = this.#inode(pointer);
      if (size !== undefined) {
        const unsynced = this.#dirty(inode);
        unsynced.data = resized(unsynced.data, size);
        this.#flush(inode);
        this.#cluster.touch(inode, true);
      }
      const { mode, ...others } = changes;
      this.#flush(inode);
      if (mode !== undefined) inode.mode = (inode.mode & formatMask) | mode;
      Object.assign(inode, others);
      this.#cluster.touch(inode, false);
      return this.#statx(inode);
    });
  }

  put(_inode: InodePointer): void {}

  syncInode(inode: InodePointer, dataOnly: boolean): Promise<void> {
    return this.#sync('syncInode', () => this.#inode(inode), dataOnly);
  }

  syncAll(): Promise<void> {
    return this.#call('syncAll', () => {
      for (const ino of this.#unsynced.keys()) this.#flush(this.#inode(ino));
    });
  }

  create(parent: InodePointer, name: Name, mode: number, owner: Owner): Promise<Found & { readonly fh: FhPointer }> {
    return this.#call('create', () => {
      const found = this.#add(parent, name, formats.file | mode, owner, {});
      return { ...found, fh: this.#opened(this.#inode(found.inode)) };
    });
  }

  mkdir(parent: InodePointer, name: Name, mode: number, owner: Owner): Promise<Found> {
    return this.#call('mkdir', () => {
      const found = this.#add(parent, name, formats.directory | mode, owner, {});
      this.#inode(parent).nlink += 1;
      this.#inode(found.inode).nlink = 2;
      return this.#found(this.#inode(found.inode));
    });
  }

  mknod(parent: InodePointer, name: Name, mode: number, rdev: bigint, owner: Owner): Promise<Found> {
    return this.#call('mknod', () => this.#add(parent, name, mode, owner, { rdev }));
  }

  symlink(parent: InodePointer, name: Name, target: Uint8Array, owner: Owner): Promise<Found> {
    return this.#call('symlink', () => this.#add(parent, name, formats.symlink | 0o777, owner, { target }));
  }

  readlink(inode: InodePointer): Promise<Uint8Array> {
    return this.#call('readlink', () => this.#inode(inode).target ?? this.#refuse('readlink', 'EINVAL'));
  }

  link(pointer: InodePointer, parent: InodePointer, name: Name): Promise<void> {
    return this.#call('link', () => {
      const [inode, directory] = [this.#inode(pointer), this.#inode(parent)];
      if (directory.entries.has(keyOf(name))) this.#refuse('link', 'EEXIST');
      directory.entries.set(keyOf(name), inode.ino);
      inode.nlink += 1;
      this.#cluster.touch(inode, false);
      this.#cluster.touch(directory, true);
    });
  }

  unlink(parent: InodePointer, name: Name): Promise<void> {
    return this.#call('unlink', () => this.#remove(this.#inode(parent), name));
  }

  rmdir(parent: InodePointer, name: Name): Promise<void> {
    return this.#call('rmdir', () => {
      this.#remove(this.#inode(parent), name);
      this.#inode(parent).nlink -= 1;
    });
  }

  rename(from: InodePointer, fromName: Name, to: InodePointer, toName: Name): Promise<void> {
    return this.#call('rename', () => {
      const [source, target] = [this.#inode(from), this.#inode(to)];
      const ino = source.entries.get(keyOf(fromName)) ?? this.#refuse('rename', 'ENOENT');
      if (target.entries.has(keyOf(toName))) this.#remove(target, toName);
      source.entries.delete(keyOf(fromName));
      target.entries.set(keyOf(toName), ino);
      this.#cluster.touch(source, true);
      this.#cluster.touch(target, true);
      this.#cluster.touch(this.#inode(ino), false);
    });
  }

  opendir(inode: InodePointer): Promise<bigint> {
    return this.#call('opendir', () => this.#inode(inode).ino);
  }

  releasedir(): Promise<void> {
    return this.#call('releasedir', () => undefined);
  }

  readdirplus(directory: bigint, from: bigint, limit: number, xattrs: readonly string[] = []) {
    return this.#call('readdirplus', (): readonly NativeEntry[] =>
      this.#entries(directory, from, limit).map(({ name, inode, next }) => ({
        name,
        next,
        statx: this.#statx(inode),
        xattrs: among(inode, xattrs),
      })),
    );
  }

  readdir(directory: bigint, from: bigint, limit: number): Promise<readonly NativeName[]> {
    return this.#call('readdir', () =>
      this.#entries(directory, from, limit).map(({ name, inode, next }) => ({
        name,
        next,
        ino: inode.ino,
        type: inode.mode >> 12,
      })),
    );
  }

  open(inode: InodePointer): Promise<FhPointer> {
    return this.#call('open', () => this.#opened(this.#inode(inode)));
  }

  close(fh: FhPointer): Promise<void> {
    return this.#call('close', () => this.#close(fh));
  }

  closeStable(fh: FhPointer): Promise<void> {
    return this.#sync('closeStable', () => this.#of(fh), true).then(
      () => this.#close(fh),
      (error: unknown) => {
        this.#close(fh);
        throw error;
      },
    );
  }

  read(fh: FhPointer, offset: number, into: Uint8Array): Promise<number> {
    return this.#call('read', () => {
      const inode = this.#of(fh);
      const { data } = this.#unsynced.get(inode.ino) ?? inode;
      const bytes = data.subarray(offset, offset + into.length);
      into.set(bytes);
      return bytes.length;
    });
  }

  write(fh: FhPointer, offset: number, chunks: readonly Uint8Array[]): Promise<void> {
    return this.#call('write', () => {
      const unsynced = this.#dirty(this.#of(fh));
      const bytes = Buffer.concat(chunks);
      unsynced.data = resized(unsynced.data, Math.max(unsynced.data.length, offset + bytes.length));
      unsynced.data.set(bytes, offset);
    });
  }

  async writeTold(inode: InodePointer, fh: FhPointer, offset: number, bytes: Uint8Array): Promise<Statx> {
    await this.write(fh, offset, [bytes]);
    return this.getattrNow(inode);
  }

  fsync(fh: FhPointer, dataOnly: boolean): Promise<void> {
    return this.#sync('fsync', () => this.#of(fh), dataOnly).then(() => {
      if (!this.#isFull) return;
      this.#lostWrites();
      throw new CephError(errno.ENOSPC, 'fsync');
    });
  }

  fallocate(fh: FhPointer, mode: number, offset: number, length: number): Promise<void> {
    return this.#call('fallocate', () => {
      const unsynced = this.#dirty(this.#of(fh));
      if (mode === 0) unsynced.data = resized(unsynced.data, Math.max(unsynced.data.length, offset + length));
      else unsynced.data = unsynced.data.slice().fill(0, offset, offset + length);
    });
  }

  lseek(): Promise<number | undefined> {
    return this.#call('lseek', () => undefined);
  }

  setlk(): Promise<boolean> {
    return this.#call('setlk', () => true);
  }

  getlk(): Promise<undefined> {
    return this.#call('getlk', () => undefined);
  }

  delegate(): Promise<undefined> {
    return this.#call('delegate', () => undefined);
  }

  getxattr(inode: InodePointer, name: string): Promise<Uint8Array | undefined> {
    return this.#call('getxattr', () => {
      const { xattrs, entries } = this.#inode(inode);
      return name === 'ceph.dir.entries' ? new TextEncoder().encode(`${entries.size}`) : xattrs.get(name);
    });
  }

  setxattr(pointer: InodePointer, name: string, value: Uint8Array, how: 'either' | 'create' | 'replace') {
    return this.#call('setxattr', () => {
      const inode = this.#inode(pointer);
      if (how === 'create' && inode.xattrs.has(name)) this.#refuse('setxattr', 'EEXIST');
      if (how === 'replace' && !inode.xattrs.has(name)) this.#refuse('setxattr', 'ENODATA');
      if (this.#exclusive.delete(inode.ino)) this.#flush(inode);
      inode.xattrs.set(name, Uint8Array.from(value));
      this.#cluster.touch(inode, false);
    });
  }

  removexattr(pointer: InodePointer, name: string): Promise<void> {
    return this.#call('removexattr', () => {
      const inode = this.#inode(pointer);
      if (!inode.xattrs.delete(name)) this.#refuse('removexattr', 'ENODATA');
      this.#cluster.touch(inode, false);
    });
  }

  listxattr(inode: InodePointer): Promise<readonly string[]> {
    return this.#call('listxattr', () => [...this.#inode(inode).xattrs.keys(), 'ceph.file.layout']);
  }

  statfs() {
    return this.#call('statfs', () => ({
      blockBytes: 4096,
      blocks: 1000,
      freeBlocks: 900,
      availableBlocks: 800,
      files: this.#cluster.inodes.size,
    }));
  }

  async unmount(): Promise<void> {
    for (const ino of this.#unsynced.keys()) this.#flush(this.#inode(ino));
    for (const fh of this.#open.keys()) this.#close(fh);
    this.alive = false;
  }

  async #call<T>(name: keyof Mount, step: () => T): Promise<T> {
    await this.before(name);
    if (this.#evicted || !this.alive) this.#refuse(name, 'ESHUTDOWN');
    // Answers come later than the turn that asked.
    const result = step();
    await new Promise(setImmediate);
    await this.after(name);
    if (this.#evicted) this.#refuse(name, 'ESHUTDOWN');
    return result;
  }

  /** Of an evicted client there is nothing left to sync, which succeeds; only then the session is looked at. */
  async #sync(name: 'syncInode' | 'fsync' | 'closeStable', inode: () => FakeInode, dataOnly: boolean): Promise<void> {
    await this.before(name);
    if (!this.alive) this.#refuse(name, 'ESHUTDOWN');
    if (!this.#evicted && dataOnly) this.#flushBytes(inode());
    else if (!this.#evicted) this.#flush(inode());
    await new Promise(setImmediate);
    await this.after(name);
    await this.expectUnbroken();
  }

  #refuse(call: string, why: ErrnoName): never {
    if (why === 'ESHUTDOWN' && this.alive) {
      this.alive = false;
      this.#lost();
    }
    throw new CephError(errno[why], call);
  }

  #inode(ino: bigint): FakeInode {
    return this.#cluster.inodes.get(ino) ?? this.#refuse('inode', 'ESTALE');
  }

  #of(fh: FhPointer): FakeInode {
    return this.#open.get(fh) ?? this.#refuse('fh', 'EBADF');
  }

  #found(inode: FakeInode): Found {
    return { inode: inode.ino, statx: this.#statx(inode) };
  }

  #statx(inode: FakeInode): Statx {
    const { data, ...times } = this.#unsynced.get(inode.ino) ?? { data: inode.data };
    const { ino, mode, nlink, uid, gid, rdev, accessed, modified, changed, born, version } = { ...inode, ...times };
    const size = inode.target?.length ?? data.length;
    const blocks = Math.ceil(size / 512);
    return {
      ino,
      dev: noSnapshot,
      mode,
      nlink,
      uid,
      gid,
      rdev,
      size,
      blocks,
      accessed,
      modified,
      changed,
      born,
      version,
    };
  }

  #dirty(inode: FakeInode): Unsynced {
    const { data, version } = this.#unsynced.get(inode.ino) ?? inode;
    const changed = this.#cluster.now();
    const unsynced: Unsynced = { data: data.slice(), version: version + 1n, modified: changed, changed };
    this.#unsynced.set(inode.ino, unsynced);
    return unsynced;
  }

  /** What an MDS finds at the OSDs when this client is lost: all but the count, which this client alone knows. */
  #flushBytes(inode: FakeInode): void {
    const { data, modified, changed } = this.#unsynced.get(inode.ino) ?? inode;
    Object.assign(inode, { data: data.slice(), modified, changed });
  }

  #flush(inode: FakeInode): void {
    const unsynced = this.#unsynced.get(inode.ino);
    if (unsynced !== undefined) Object.assign(inode, unsynced);
    this.#unsynced.delete(inode.ino);
  }

  #add(
    parent: InodePointer,
    name: Name,
    mode: number,
    owner: Owner,
    more: Partial<Pick<FakeInode, 'rdev' | 'target'>>,
  ): Found {
    const directory = this.#inode(parent);
    if (directory.entries.has(keyOf(name))) this.#refuse('create', 'EEXIST');
    const inode = this.#cluster.make(mode, owner.uid, owner.gid, more);
    this.#exclusive.add(inode.ino);
    directory.entries.set(keyOf(name), inode.ino);
    this.#cluster.touch(directory, true);
    return this.#found(inode);
  }

  #remove(directory: FakeInode, name: Name): void {
    const ino = directory.entries.get(keyOf(name)) ?? this.#refuse('unlink', 'ENOENT');
    const inode = this.#inode(ino);
    if (inode.entries.size > 0) this.#refuse('rmdir', 'ENOTEMPTY');
    directory.entries.delete(keyOf(name));
    inode.nlink -= (inode.mode & formatMask) === formats.directory ? inode.nlink : 1;
    this.#cluster.touch(inode, false);
    this.#cluster.touch(directory, true);
    this.#cluster.dropUnused(inode);
  }

  #opened(inode: FakeInode): FhPointer {
    this.#lastFh += 1n;
    this.#open.set(this.#lastFh, inode);
    inode.opens += 1;
    return this.#lastFh;
  }

  #close(fh: FhPointer): void {
    const inode = this.#open.get(fh);
    if (inode === undefined) return;
    this.#open.delete(fh);
    inode.opens -= 1;
    this.#cluster.dropUnused(inode);
    if (!this.#thrownAway.delete(fh)) return;
    this.#lostWrites();
    throw new CephError(errno.ENOSPC, 'close');
  }

  /** In the order of hashes as libcephfs has it: a position is the hash, and a count among the names that share it. */
  #entries(directory: bigint, from: bigint, limit: number) {
    const { hash } = this.#cluster;
    const all = [...this.#inode(directory).entries]
      .map(([key, ino]) => ({ name: new Uint8Array(Buffer.from(key, 'latin1')), inode: this.#inode(ino) }))
      .map((entry) => ({ ...entry, hash: hash(entry.name) }))
      .sort((a, b) => a.hash - b.hash);
    let count = 0n;
    return all
      .map(({ name, inode, hash: own }, index) => {
        count = all[index - 1]?.hash === own ? count + 1n : 0n;
        return { name, inode, next: hashOrder + (BigInt(own) << 28n) + firstOfHash + count + 1n };
      })
      .filter(({ next, inode }) => next > from && !this.leftOut.has(inode.ino))
      .slice(0, limit);
  }
}

function keyOf(name: Name): string {
  return Buffer.from(name).toString('latin1');
}

function among(inode: FakeInode, names: readonly string[]): Map<string, Uint8Array> {
  return new Map(names.flatMap((name) => (inode.xattrs.has(name) ? [[name, inode.xattrs.get(name)!]] : [])));
}

function resized(data: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(size);
  result.set(data.subarray(0, size));
  return result;
}
