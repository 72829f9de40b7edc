import type {
  AccessMask,
  Caller,
  FileRef,
  FileService,
  Listed,
  Looked,
  NewAttributes,
  ShareId,
  StreamInfo,
} from '../../service/index.ts';
import type {
  AttributeChanges,
  Attributes,
  Capacity,
  Cookie,
  Created,
  CreateMode,
  DeviceNumber,
  ListOptions,
  Name,
  Removed,
  Renamed,
  Stability,
  Stamp,
  SyncResult,
  VolumeTraits,
  WriteEpoch,
  WriteResult,
} from '../../spi/index.ts';
import { create } from './create.ts';
import { getattr, grantedAccess, readlink, statfs } from './getattr.ts';
import { link } from './link.ts';
import { lookup } from './lookup.ts';
import { mkdir } from './mkdir.ts';
import { mknod } from './mknod.ts';
import type { FileParts } from './parts.ts';
import type { ReadAnswer } from './read.ts';
import { pathBelow } from './path-below.ts';
import { read } from './read.ts';
import { readdir } from './readdir.ts';
import { remove, rmdir } from './remove.ts';
import { rename } from './rename.ts';
import type { SetattrAnswer, SetattrConditions } from './setattr.ts';
import { setattr } from './setattr.ts';
import { symlink } from './symlink.ts';
import { commit, write } from './write.ts';
import { getxattr, listxattr, removexattr, setxattr } from './xattrs.ts';

/** Files for protocols: one file of this folder per family of operations. */
export class Files implements FileService {
  readonly #parts: FileParts;

  constructor(parts: FileParts) {
    this.#parts = parts;
  }

  root(share: ShareId): FileRef {
    return { share, id: this.#parts.mounts.get(share).share.root };
  }

  limits(share: ShareId): VolumeTraits {
    return this.#parts.mounts.get(share).volume.traits;
  }

  epoch(share: ShareId): WriteEpoch {
    return this.#parts.mounts.get(share).volume.epoch();
  }

  statfs(caller: Caller, file: FileRef): Promise<Capacity> {
    return statfs(this.#parts, caller, file);
  }

  getattr(caller: Caller, file: FileRef): Promise<Attributes> {
    return getattr(this.#parts, caller, file);
  }

  access(
    caller: Caller,
    file: FileRef,
    wanted: AccessMask,
  ): Promise<{ readonly granted: AccessMask; readonly attributes: Attributes }> {
    return grantedAccess(this.#parts, caller, file, wanted);
  }

  lookup(caller: Caller, directory: FileRef, name: Name): Promise<Looked> {
    return lookup(this.#parts, caller, directory, name);
  }

  setattr(
    caller: Caller,
    file: FileRef,
    changes: AttributeChanges,
    conditions?: SetattrConditions,
  ): Promise<SetattrAnswer> {
    return setattr(this.#parts, caller, file, changes, conditions);
  }

  readlink(caller: Caller, file: FileRef): Promise<{ readonly target: Uint8Array; readonly attributes: Attributes }> {
    return readlink(this.#parts, caller, file);
  }

  read(caller: Caller, file: FileRef, offset: number, length: number, into?: Uint8Array): Promise<ReadAnswer> {
    return read(this.#parts, caller, file, offset, length, into);
  }

  write(
    caller: Caller,
    file: FileRef,
    offset: number,
    chunks: readonly Uint8Array[],
    stability: Stability,
  ): Promise<WriteResult> {
    return write(this.#parts, caller, file, offset, chunks, stability);
  }

  commit(
    caller: Caller,
    file: FileRef,
    offset: number,
    length: number,
  ): Promise<SyncResult & { readonly before: Stamp }> {
    return commit(this.#parts, caller, file, offset, length);
  }

  create(caller: Caller, directory: FileRef, name: Name, mode: CreateMode, file: NewAttributes): Promise<Created> {
    return create(this.#parts, caller, directory, name, mode, file);
  }

  mkdir(caller: Caller, directory: FileRef, name: Name, file: NewAttributes): Promise<Created> {
    return mkdir(this.#parts, caller, directory, name, file);
  }

  symlink(caller: Caller, directory: FileRef, name: Name, target: Uint8Array, file: NewAttributes): Promise<Created> {
    return symlink(this.#parts, caller, directory, name, target, file);
  }

  mknod(
    caller: Caller,
    directory: FileRef,
    name: Name,
    type: 'fifo' | 'socket' | 'block' | 'character',
    rdev: DeviceNumber,
    file: NewAttributes,
  ): Promise<Created> {
    return mknod(this.#parts, caller, directory, name, type, rdev, file);
  }

  link(
    caller: Caller,
    file: FileRef,
    directory: FileRef,
    name: Name,
    options?: { readonly replace: boolean },
  ): Promise<Created> {
    return link(this.#parts, caller, file, directory, name, options?.replace === true);
  }

  remove(caller: Caller, directory: FileRef, name: Name): Promise<Removed> {
    return remove(this.#parts, caller, directory, name);
  }

  rmdir(caller: Caller, directory: FileRef, name: Name): Promise<Removed> {
    return rmdir(this.#parts, caller, directory, name);
  }

  rename(
    caller: Caller,
    fromDirectory: FileRef,
    fromName: Name,
    toDirectory: FileRef,
    toName: Name,
    options: { readonly noReplace?: boolean } = {},
  ): Promise<Renamed> {
    const from = { directory: fromDirectory, name: fromName };
    const to = { directory: toDirectory, name: toName };
    return rename(this.#parts, caller, from, to, options.noReplace ?? false);
  }

  readdir(caller: Caller, directory: FileRef, cookie: Cookie, options: ListOptions): Promise<Listed> {
    return readdir(this.#parts, caller, directory, cookie, options);
  }

  getxattr(caller: Caller, file: FileRef, name: string): Promise<Uint8Array | undefined> {
    return getxattr(this.#parts, caller, file, name);
  }

  listxattr(caller: Caller, file: FileRef): Promise<readonly string[]> {
    return listxattr(this.#parts, caller, file);
  }

  setxattr(
    caller: Caller,
    file: FileRef,
    name: string,
    value: Uint8Array,
    how: 'either' | 'create' | 'replace',
  ): Promise<Attributes> {
    return setxattr(this.#parts, caller, file, name, value, how);
  }

  removexattr(caller: Caller, file: FileRef, name: string): Promise<Attributes> {
    return removexattr(this.#parts, caller, file, name);
  }

  pathBelow(
    caller: Caller,
    above: FileRef,
    directory: FileRef,
    { visible = false }: { readonly visible?: boolean } = {},
  ): Promise<readonly Name[] | undefined> {
    return pathBelow(this.#parts, caller, above, directory, visible);
  }

  async streams(caller: Caller, file: FileRef): Promise<readonly StreamInfo[]> {
    return this.#parts.streams.list(caller, this.#parts.mounts.get(file.share), file);
  }

  async stream(
    caller: Caller,
    file: FileRef,
    name: string,
    how: 'open' | 'create' | 'openOrCreate',
  ): Promise<{ readonly file: FileRef; readonly created: boolean } | undefined> {
    return this.#parts.streams.find(caller, this.#parts.mounts.get(file.share), file, name, how);
  }
}
