import type { Call, Name } from '@polynas/core/spi';
import type { Client } from './client.ts';
import * as data from './data-calls.ts';
import * as inodes from './inode-calls.ts';
import * as listing from './listing-calls.ts';
import { getlk, setlk } from './lock-calls.ts';
import type {
  DirPointer,
  FhPointer,
  Found,
  InodePointer,
  InWay,
  Mount,
  NativeCapacity,
  NativeChanges,
  NativeEntry,
  NativeLock,
  NativeName,
  Owner,
  Statx,
} from './mount-api.ts';
import type { Recalls } from './recalls.ts';
import type { Session } from './session.ts';
import { writeTold } from './small-writes.ts';
import * as tree from './tree-calls.ts';
import * as xattrs from './xattr-calls.ts';
import { cString } from './inode-calls.ts';
import { isErrno } from './storage-error.ts';

/** FALLOC_FL_KEEP_SIZE. */
const keepSize = 1;
const openFlags = { read: 0, write: 2 } as const;

export interface CephMountParts {
  readonly client: Client;
  readonly root: InodePointer;
  readonly recalls: Recalls;
  readonly session: Session | undefined;
  /** `MountOptions.lostWrites`. */
  readonly lostWrites: () => void;
  readonly unmount: () => Promise<void>;
}

/** A mounted client as the rest of the package sees it: each method is the call that it is named after. */
export class CephMount implements Mount {
  readonly #parts: CephMountParts;
  readonly #client: Client;
  readonly #within: Call | undefined;

  constructor(parts: CephMountParts, within?: Call) {
    this.#parts = parts;
    this.#client = parts.client;
    this.#within = within;
  }

  get alive(): boolean {
    return this.#client.alive;
  }

  get root(): InodePointer {
    return this.#parts.root;
  }

  get incarnation(): object {
    return this.#client;
  }

  within(call: Call): Mount {
    return new CephMount(this.#parts, call);
  }

  async expectUnbroken(): Promise<void> {
    await this.#parts.session?.expectUnbroken();
  }

  lookup(parent: InodePointer, name: Name): Promise<Found | undefined> {
    return inodes.lookup(this.#client, parent, name, this.#within);
  }

  lookupInode(ino: bigint, snapshot?: bigint): Promise<InodePointer | undefined> {
    return inodes.lookupInode(this.#client, ino, snapshot, this.#within);
  }

  getattr(inode: InodePointer): Promise<Statx> {
    return inodes.getattr(this.#client, inode, this.#within);
  }

  getattrNow(inode: InodePointer): Statx {
    return inodes.getattrNow(this.#client, inode);
  }

  getattrs(
    of: readonly InodePointer[],
    names: readonly string[] = [],
  ): Promise<readonly (listing.NativeAttributes | Error)[]> {
    return listing.getattrs(this.#client, of, names, this.#within);
  }

  setattr(inode: InodePointer, changes: NativeChanges): Promise<Statx> {
    return inodes.setattr(this.#client, inode, changes, this.#within);
  }

  put(inode: InodePointer): void {
    this.#client.put(inode);
  }

  async syncInode(inode: InodePointer, dataOnly: boolean): Promise<void> {
    await this.#client.call('data', 'ceph_ll_sync_inode', [inode, dataOnly ? 1 : 0], this.#within);
    await this.#parts.session?.expectUnbroken();
  }

  async syncAll(): Promise<void> {
    await this.#client.call('data', 'ceph_sync_fs', [], this.#within);
    await this.#parts.session?.expectUnbroken();
  }

  create(parent: InodePointer, name: Name, mode: number, owner: Owner): Promise<Found & { readonly fh: FhPointer }> {
    return tree.create(this.#client, parent, name, mode, owner, this.#within);
  }

  mkdir(parent: InodePointer, name: Name, mode: number, owner: Owner): Promise<Found> {
    return tree.mkdir(this.#client, parent, name, mode, owner, this.#within);
  }

  mknod(parent: InodePointer, name: Name, mode: number, rdev: bigint, owner: Owner): Promise<Found> {
    return tree.mknod(this.#client, parent, name, mode, rdev, owner, this.#within);
  }

  symlink(parent: InodePointer, name: Name, target: Uint8Array, owner: Owner): Promise<Found> {
    return tree.symlink(this.#client, parent, name, target, owner, this.#within);
  }

  readlink(inode: InodePointer): Promise<Uint8Array> {
    return tree.readlink(this.#client, inode, this.#within);
  }

  async link(inode: InodePointer, parent: InodePointer, name: Name): Promise<void> {
    await this.#metadata('ceph_ll_link', [inode, parent, cString(name), this.#client.superuser]);
  }

  async unlink(parent: InodePointer, name: Name): Promise<void> {
    await this.#metadata('ceph_ll_unlink', [parent, cString(name), this.#client.superuser]);
  }

  async rmdir(parent: InodePointer, name: Name): Promise<void> {
    await this.#metadata('ceph_ll_rmdir', [parent, cString(name), this.#client.superuser]);
  }

  rename(from: InodePointer, fromName: Name, to: InodePointer, toName: Name): Promise<void> {
    return tree.rename(this.#client, from, fromName, to, toName, this.#within);
  }

  async opendir(inode: InodePointer): Promise<DirPointer> {
    const out = Buffer.alloc(8);
    await this.#metadata('ceph_ll_opendir', [inode, out, this.#client.superuser]);
    return out.readBigUInt64LE();
  }

  async releasedir(directory: DirPointer): Promise<void> {
    await this.#client.call('metadata', 'ceph_ll_releasedir', [directory]);
  }

  readdirplus(
    directory: DirPointer,
    from: bigint,
    limit: number,
    names: readonly string[] = [],
  ): Promise<readonly NativeEntry[]> {
    return listing.readdirplus(this.#client, directory, from, limit, names, this.#within);
  }

  readdir(directory: DirPointer, from: bigint, limit: number): Promise<readonly NativeName[]> {
    return listing.readdir(this.#client, directory, from, limit, this.#within);
  }

  async open(inode: InodePointer, access: 'read' | 'write'): Promise<FhPointer> {
    const out = Buffer.alloc(8);
    await this.#metadata('ceph_ll_open', [inode, openFlags[access], out, this.#client.superuser]);
    return out.readBigUInt64LE();
  }

  close(fh: FhPointer): Promise<void> {
    return this.#heeded(data.close(this.#client, fh));
  }

  async closeStable(fh: FhPointer): Promise<void> {
    try {
      await this.#heeded(this.#sync(fh, true));
    } catch (error) {
      // Why it is closed is told; that of an evicted client is gone by itself.
      this.close(fh).catch(() => undefined);
      throw error;
    }
    await this.close(fh);
  }

  read(fh: FhPointer, offset: number, into: Uint8Array): Promise<number> {
    return data.read(this.#client, fh, offset, into, this.#within);
  }

  write(fh: FhPointer, offset: number, chunks: readonly Uint8Array[]): Promise<void> {
    return data.write(this.#client, fh, offset, chunks, this.#within);
  }

  writeTold(inode: InodePointer, fh: FhPointer, offset: number, bytes: Uint8Array): Promise<Statx> {
    return writeTold(this.#client, { inode, fh, offset, bytes }, this.#within);
  }

  async fsync(fh: FhPointer, dataOnly: boolean): Promise<void> {
    await this.#heeded(this.#sync(fh, dataOnly).then(() => this.#expectRoom(fh)));
  }

  async #sync(fh: FhPointer, dataOnly: boolean): Promise<void> {
    await this.#client.call('data', 'ceph_ll_fsync', [fh, dataOnly ? 1 : 0], this.#within);
    await this.#parts.session?.expectUnbroken();
  }

  /** Where it tells that bytes are gone, those of other files may be as well. */
  async #heeded(telling: Promise<void>): Promise<void> {
    try {
      await telling;
    } catch (error) {
      if (isErrno(error, 'ENOSPC', 'EDQUOT', 'EIO')) this.#parts.lostWrites();
      throw error;
    }
  }

  /**
   * When a pool gets full, libcephfs throws away what it had not written to it yet, and the next sync is a success (Client::_handle_full_flag; only closing the file would tell). So it is asked
   * whether the file's pool is full: what reserves space looks at that first and does nothing else, be the file open for writing or not.
   */
  async #expectRoom(fh: FhPointer): Promise<void> {
    try {
      await this.fallocate(fh, keepSize, 0, 1);
    } catch (error) {
      if (!isErrno(error, 'EBADF', 'EROFS')) throw error;
    }
  }

  async fallocate(fh: FhPointer, mode: number, offset: number, length: number): Promise<void> {
    await this.#client.call('data', 'ceph_ll_fallocate', [fh, mode, offset, length], this.#within);
  }

  async lseek(fh: FhPointer, offset: number, whence: 3 | 4): Promise<number | undefined> {
    try {
      return await this.#client.call('data', 'ceph_ll_lseek', [fh, offset, whence], this.#within);
    } catch (error) {
      if (isErrno(error, 'ENXIO')) return undefined;
      throw error;
    }
  }

  setlk(fh: FhPointer, owner: bigint, lock: NativeLock): Promise<boolean> {
    return setlk(this.#client, fh, owner, lock, this.#within);
  }

  getlk(fh: FhPointer, owner: bigint, lock: NativeLock): Promise<InWay | undefined> {
    return getlk(this.#client, fh, owner, lock, this.#within);
  }

  delegate(
    fh: FhPointer,
    kind: 'read' | 'write',
    recalled: () => void,
  ): Promise<{ release(): Promise<void> } | undefined> {
    return this.#parts.recalls.delegate(fh, kind, recalled);
  }

  getxattr(inode: InodePointer, name: string): Promise<Uint8Array | undefined> {
    return xattrs.getxattr(this.#client, inode, name, this.#within);
  }

  setxattr(inode: InodePointer, name: string, value: Uint8Array, how: 'either' | 'create' | 'replace'): Promise<void> {
    return xattrs.setxattr(this.#client, inode, name, value, how, this.#within);
  }

  async removexattr(inode: InodePointer, name: string): Promise<void> {
    await this.#metadata('ceph_ll_removexattr', [inode, name, this.#client.superuser]);
  }

  listxattr(inode: InodePointer): Promise<readonly string[]> {
    return xattrs.listxattr(this.#client, inode, this.#within);
  }

  statfs(): Promise<NativeCapacity> {
    return inodes.statfs(this.#client, this.root, this.#within);
  }

  unmount(): Promise<void> {
    return this.#parts.unmount();
  }

  async #metadata(name: Parameters<Client['call']>[1], values: readonly unknown[]): Promise<void> {
    await this.#client.call('metadata', name, values, this.#within);
  }
}
