import type {
  AttributeChanges,
  Attributes,
  Call,
  Capacity,
  CloneGroup,
  Cookie,
  Created,
  CreateMode,
  DeviceNumber,
  DirectoryPage,
  FileHandle,
  FileId,
  HandleAccess,
  ListOptions,
  MutationOptions,
  Name,
  NewFile,
  PublishOptions,
  RecordsGroup,
  Removed,
  RemoveOptions,
  Renamed,
  RenameOptions,
  Replaced,
  ReplaceOptions,
  SetattrOptions,
  Stamp,
  Volume,
  VolumeStatus,
  VolumeTraits,
  WriteEpoch,
} from '@polynas/core/spi';
import type { Observable } from 'rxjs';
import { cloneRanges } from './content/clone.ts';
import { openFile } from './content/open.ts';
import { rootId } from './format/meta.ts';
import type { Parts } from './parts.ts';
import { check } from './recovery/check.ts';
import type { CheckReport } from './recovery/check.ts';
import { serve } from './serving.ts';
import { create } from './tree/create.ts';
import { numberOf } from './tree/inodes.ts';
import { link } from './tree/link.ts';
import { attributesNow, lookup, parentOf } from './tree/lookup.ts';
import { mkdir } from './tree/mkdir.ts';
import { mknod } from './tree/mknod.ts';
import { readdir, listByName } from './tree/readdir.ts';
import { publish } from './tree/publish.ts';
import { getRecord, rangeRecords, setRecords } from './tree/records.ts';
import { rename } from './tree/rename.ts';
import { replace } from './tree/replace.ts';
import { rmdir } from './tree/rmdir.ts';
import { setattr } from './tree/setattr.ts';
import { statfs } from './tree/statfs.ts';
import { readlink, symlink } from './tree/symlink.ts';
import { unlink } from './tree/unlink.ts';
import { warmEntry, warmFile } from './tree/warm.ts';
import { getxattr, listxattr, removexattr, setxattr } from './tree/xattrs.ts';

/** The SPI over the parts of an open volume: checks that it serves and that the caller still waits, and hands on to one file an operation. */
export class LocalVolume implements Volume {
  readonly traits: VolumeTraits;
  readonly root: FileId = BigInt(rootId);
  readonly clone: CloneGroup;
  readonly records: RecordsGroup;
  readonly directory: string;
  readonly #parts: Parts;
  readonly #finish: () => Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts, directory: string, finish: () => Promise<void>) {
    this.#parts = parts;
    this.traits = parts.traits;
    this.directory = directory;
    this.#finish = finish;
    this.clone = {
      ranges: (call, from, to, at) => this.#serve(call, (p) => cloneRanges(p, from, numberOf(to), at)),
    };
    this.records = {
      get: (call, key) => this.#serve(call, (p) => getRecord(p, key)),
      range: (call, from, to, limit) => this.#serve(call, (p) => rangeRecords(p, from, to, limit)),
      set: (call, changes) => this.#serve(call, (p) => setRecords(p, changes)),
    };
  }

  epoch(): WriteEpoch {
    return this.#parts.health.epoch;
  }

  status(): Observable<VolumeStatus> {
    return this.#parts.health.status();
  }

  statfs(call: Call): Promise<Capacity> {
    return this.#serve(call, statfs);
  }

  lookup(call: Call, directory: FileId, name: Name): Promise<Attributes | undefined> {
    return this.#serve(call, async (parts) => {
      if (parts.residency.cold) await warmEntry(parts, numberOf(directory), name);
      return lookup(parts, numberOf(directory), name);
    });
  }

  lookupNow(directory: FileId, name: Name): { readonly attributes: Attributes | undefined } | undefined {
    this.#parts.health.assertServing();
    if (this.#parts.residency.cold) return undefined;
    return { attributes: lookup(this.#parts, numberOf(directory), name) };
  }

  getattr(call: Call, id: FileId): Promise<Attributes> {
    return this.#serve(call, async (parts) => {
      if (parts.residency.cold) await warmFile(parts, numberOf(id));
      return attributesNow(parts, numberOf(id));
    });
  }

  getattrNow(id: FileId): Attributes | undefined {
    this.#parts.health.assertServing();
    if (this.#parts.residency.cold && !this.#parts.inodes.isKnown(numberOf(id))) return undefined;
    return attributesNow(this.#parts, numberOf(id));
  }

  parent(call: Call, directory: FileId): Promise<{ readonly id: FileId; readonly name: Name } | undefined> {
    return this.#serve(call, (parts) => parentOf(parts, numberOf(directory)));
  }

  setattr(
    call: Call,
    id: FileId,
    changes: AttributeChanges,
    options?: SetattrOptions,
  ): Promise<{ readonly before: Stamp; readonly after: Attributes }> {
    return this.#serveFile(call, id, (parts, number) => setattr(parts, number, changes, options));
  }

  create(call: Call, directory: FileId, name: Name, mode: CreateMode, file: NewFile): Promise<Created> {
    return this.#serveName(call, directory, name, (parts, id) => create(parts, id, name, mode, file));
  }

  mkdir(call: Call, directory: FileId, name: Name, file: NewFile): Promise<Created> {
    return this.#serveName(call, directory, name, (parts, id) => mkdir(parts, id, name, file));
  }

  mknod(
    call: Call,
    directory: FileId,
    name: Name,
    type: 'fifo' | 'socket' | 'block' | 'character',
    rdev: DeviceNumber,
    file: NewFile,
  ): Promise<Created> {
    return this.#serveName(call, directory, name, (parts, id) => mknod(parts, id, name, type, rdev, file));
  }

  symlink(call: Call, directory: FileId, name: Name, target: Uint8Array, file: NewFile): Promise<Created> {
    return this.#serveName(call, directory, name, (parts, id) => symlink(parts, id, name, target, file));
  }

  readlink(call: Call, id: FileId): Promise<Uint8Array> {
    return this.#serve(call, (parts) => readlink(parts, numberOf(id)));
  }

  link(call: Call, id: FileId, directory: FileId, name: Name, options?: MutationOptions): Promise<Created> {
    return this.#serve(call, (parts) => link(parts, numberOf(id), numberOf(directory), name, options));
  }

  unlink(call: Call, directory: FileId, name: Name, options?: RemoveOptions): Promise<Removed> {
    return this.#serveName(call, directory, name, (parts, id) => unlink(parts, id, name, options));
  }

  rmdir(call: Call, directory: FileId, name: Name, options?: RemoveOptions): Promise<Removed> {
    return this.#serveName(call, directory, name, (parts, id) => rmdir(parts, id, name, options));
  }

  rename(
    call: Call,
    fromDirectory: FileId,
    fromName: Name,
    toDirectory: FileId,
    toName: Name,
    options?: RenameOptions,
  ): Promise<Renamed> {
    return this.#serveName(call, fromDirectory, fromName, async (parts, from) => {
      if (parts.residency.cold) await warmEntry(parts, numberOf(toDirectory), toName);
      return await rename(parts, from, fromName, numberOf(toDirectory), toName, options);
    });
  }

  replace(
    call: Call,
    fromDirectory: FileId,
    fromName: Name,
    toDirectory: FileId,
    toName: Name,
    options?: ReplaceOptions,
  ): Promise<Replaced> {
    return this.#serveName(call, fromDirectory, fromName, async (parts, from) => {
      if (parts.residency.cold) await warmEntry(parts, numberOf(toDirectory), toName);
      return await replace(parts, from, fromName, numberOf(toDirectory), toName, options);
    });
  }

  publish(
    call: Call,
    directory: FileId,
    name: Name,
    file: Omit<NewFile, 'records'>,
    chunks: readonly Uint8Array[],
    options: PublishOptions,
  ): Promise<Replaced> {
    return this.#serveName(call, directory, name, (parts, id) => publish(parts, id, name, file, chunks, options));
  }

  readdir(call: Call, directory: FileId, cookie: Cookie, options: ListOptions): Promise<DirectoryPage> {
    return this.#serveFile(call, directory, (parts, id) => readdir(parts, id, cookie, options));
  }

  listByName(
    call: Call,
    directory: FileId,
    from: Name,
    inclusive: boolean,
    options: ListOptions,
  ): Promise<DirectoryPage> {
    return this.#serveFile(call, directory, (parts, id) => listByName(parts, id, from, inclusive, options));
  }

  getxattr(call: Call, id: FileId, name: string): Promise<Uint8Array | undefined> {
    return this.#serve(call, (parts) => getxattr(parts, numberOf(id), name));
  }

  listxattr(call: Call, id: FileId): Promise<readonly string[]> {
    return this.#serve(call, (parts) => listxattr(parts, numberOf(id)));
  }

  setxattr(
    call: Call,
    id: FileId,
    name: string,
    value: Uint8Array,
    how: 'either' | 'create' | 'replace',
    options?: MutationOptions,
  ): Promise<Attributes> {
    return this.#serve(call, (parts) => setxattr(parts, numberOf(id), name, value, how, options));
  }

  removexattr(call: Call, id: FileId, name: string, options?: MutationOptions): Promise<Attributes> {
    return this.#serve(call, (parts) => removexattr(parts, numberOf(id), name, options));
  }

  open(call: Call, id: FileId, access: HandleAccess): Promise<FileHandle> {
    return this.#serveFile(call, id, (parts, number) => openFile(parts, number, access));
  }

  /** Compares all records with each other; nothing else may run on the volume meanwhile. */
  async check(): Promise<CheckReport> {
    await this.settled();
    return await check(this.#parts);
  }

  /** What is asked next may not be in memory; for whoever knows, and for tests. */
  chill(): void {
    this.#parts.residency.chill();
  }

  /** Resolves when no flush, reclaim or removal is left to do in the background; for tests and orderly ends. */
  async settled(): Promise<void> {
    await this.#parts.reclaimer.idle();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#parts.health.stopServing();
    await this.#parts.activity.idle();
    await this.#finish();
  }

  #serveName<T>(
    call: Call,
    directory: FileId,
    name: Name,
    work: (parts: Parts, directory: number) => T | Promise<T>,
  ): Promise<T> {
    return this.#serve(call, async (parts) => {
      const id = numberOf(directory);
      if (parts.residency.cold) await warmEntry(parts, id, name);
      return await work(parts, id);
    });
  }

  #serveFile<T>(call: Call, file: FileId, work: (parts: Parts, file: number) => T | Promise<T>): Promise<T> {
    return this.#serve(call, async (parts) => {
      const id = numberOf(file);
      if (parts.residency.cold) await warmFile(parts, id);
      return await work(parts, id);
    });
  }

  #serve<T>(call: Call, work: (parts: Parts) => T | Promise<T>): Promise<T> {
    return serve(this.#parts, call, () => work(this.#parts));
  }
}
