import type { NativeTime } from '../native/mount-api.ts';
import { nameHash } from '../tree/name-hash.ts';

export interface FakeInode {
  readonly ino: bigint;
  /** With `S_IFMT`. */
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  rdev: bigint;
  data: Uint8Array;
  accessed: NativeTime;
  modified: NativeTime;
  changed: NativeTime;
  born: NativeTime;
  version: bigint;
  readonly xattrs: Map<string, Uint8Array>;
  /** Of a directory: by name, in latin1. */
  readonly entries: Map<string, bigint>;
  readonly target: Uint8Array | undefined;
  /** Clients' open files. */
  opens: number;
}

const directoryFormat = 0o040_000;

/** What a cluster keeps when all of its clients are gone. */
export class FakeCluster {
  readonly inodes = new Map<bigint, FakeInode>();
  readonly root: FakeInode;
  /** What directories are listed by, 24 bits. */
  hash: (name: Uint8Array) => number = nameHash;
  #lastIno = 0x100_0000_0000n;
  #ticks = 0;
  #set = 0;

  constructor() {
    this.root = this.make(directoryFormat | 0o755, 0, 0, {});
    this.root.nlink = 2;
  }

  /** Goes on with each question, so that no two changes have one time. */
  now(): NativeTime {
    this.#ticks += 1;
    const milliseconds = this.#ticks + this.#set;
    const seconds = Math.floor(milliseconds / 1000);
    return { seconds: 1_000_000 + seconds, nanoseconds: (milliseconds - seconds * 1000) * 1_000_000 };
  }

  /** Milliseconds, whatever the clock was set to. */
  get passed(): number {
    return this.#ticks;
  }

  /** Sets the clock that cluster and clients have in common forward, or back. */
  setClock(milliseconds: number): void {
    this.#set += milliseconds;
  }

  make(mode: number, uid: number, gid: number, more: Partial<Pick<FakeInode, 'rdev' | 'target'>>): FakeInode {
    const now = this.now();
    this.#lastIno += 1n;
    const inode: FakeInode = {
      ino: this.#lastIno,
      mode,
      uid,
      gid,
      nlink: 1,
      rdev: more.rdev ?? 0n,
      data: new Uint8Array(0),
      accessed: now,
      modified: now,
      changed: now,
      born: now,
      version: 0n,
      xattrs: new Map(),
      entries: new Map(),
      target: more.target,
      opens: 0,
    };
    this.inodes.set(inode.ino, inode);
    return inode;
  }

  /** A file of another client. */
  add(directory: FakeInode, name: string): FakeInode {
    const inode = this.make(0o100_644, 0, 0, {});
    directory.entries.set(name, inode.ino);
    this.touch(directory, true);
    return inode;
  }

  touch(inode: FakeInode, modified: boolean): void {
    inode.changed = this.now();
    if (modified) inode.modified = inode.changed;
    inode.version += 1n;
  }

  /** Neither a name nor an open file keeps it. */
  dropUnused(inode: FakeInode): void {
    if (inode.nlink === 0 && inode.opens === 0) this.inodes.delete(inode.ino);
  }
}
