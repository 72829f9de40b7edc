import type { MountedShare } from '../../namespace/mounts.ts';
import type { ObjectMetadata } from '../../service/index.ts';
import type { Clock } from '../../clock.ts';
import type { FileId, NewFile, StorageErrorCode } from '../../spi/index.ts';
import { StorageError, isStorageError } from '../../spi/index.ts';
import type { SystemDirectories } from '../../namespace/system-directory.ts';
import { isGone } from '../../namespace/system-directory.ts';
import type { NameLists } from '../list/name-lists.ts';
import { expiringXattr } from '../record/xattr-names.ts';

/** Seconds since 1970; twelve digits hold it. */
const maxExpiry = 2 ** 40;
const digits = 13;
/** Entries that are read at a time. */
const pageSize = 256;
/** Seconds after its time that an object is normally gone: several looks for those whose time has come. */
const overdue = 180;
/** Overdue objects that are noted again before the next look for them; the others when they are seen after it. */
const maxOverdue = 1000;
/** Why an entry may not be made now; whoever sees the object next tries again. */
const passing: readonly StorageErrorCode[] = ['readOnly', 'noSpace', 'quotaExceeded', 'unavailable'];

/** An object that was to expire, by the word of its entry; what the object says now decides. */
export interface Expired {
  readonly key: string;
  forget(): Promise<void>;
}

/**
 * Which objects of a share expire when: an empty file for each in the share's system directory, whose name begins with the time. An entry is made
 * before its object says so, and removed after the object: what a crash leaves is an entry too many, never one too few.
 */
export class Expiries {
  readonly #system: SystemDirectories;
  readonly #lists: NameLists;
  readonly #clock: Clock;
  readonly #overdue = new Set<string>();

  constructor(system: SystemDirectories, lists: NameLists, clock: Clock) {
    this.#system = system;
    this.#lists = lists;
    this.#clock = clock;
  }

  /** To be called before an object with this metadata is published. */
  async note(mount: MountedShare, key: string, { expiresAt }: ObjectMetadata): Promise<void> {
    if (expiresAt === undefined) return;
    if (!Number.isInteger(expiresAt) || expiresAt < 0 || expiresAt > maxExpiry) {
      throw new StorageError('invalid', 'a time of expiry');
    }
    const directory = await this.#system.expiring(mount, {});
    const name = Buffer.from(`${nameOfTime(expiresAt)}-${this.#system.newId()}`);
    const file: NewFile = { uid: 0, gid: 0, mode: 0o600, xattrs: new Map([[expiringXattr, Buffer.from(key)]]) };
    await mount.volume.create({}, directory, name, { kind: 'guarded' }, file);
  }

  /** An object that should be gone has lost its entry: another door had given it another name when its time came, and has given it back. */
  async seen(mount: MountedShare, key: string, metadata: ObjectMetadata): Promise<void> {
    if (metadata.expiresAt === undefined || metadata.expiresAt + overdue > this.#clock.now() / 1000) return;
    const object = `${mount.share.id}:${key}`;
    if (this.#overdue.has(object) || this.#overdue.size >= maxOverdue || mount.share.readOnly) return;
    this.#overdue.add(object);
    try {
      await this.note(mount, key, metadata);
    } catch (error) {
      this.#overdue.delete(object);
      if (!passing.some((code) => isStorageError(error, code))) throw error;
    }
  }

  /** Entries up to a second, the earliest first. */
  async *upTo(mount: MountedShare, seconds: number): AsyncGenerator<Expired> {
    this.#overdue.clear();
    const directory = await this.#system.expiringIfThere(mount, {});
    if (directory === undefined) return;
    const { volume, volumeName } = mount;
    const end = Buffer.from(nameOfTime(seconds + 1));
    for (let from: Buffer = Buffer.alloc(0); ;) {
      const page = await this.#lists.page({ volume, volumeName, id: directory, untold: true }, {}, from, false, {
        limit: pageSize,
        attributes: false,
      });
      for (const { name, id } of page.entries) {
        if (Buffer.compare(name, end) >= 0) return;
        const key = await mount.volume.getxattr({}, id, expiringXattr);
        const copied = Buffer.from(name);
        from = copied;
        if (key === undefined) continue;
        yield { key: Buffer.from(key).toString(), forget: () => this.#forget(mount, directory, copied, id) };
      }
      if (page.end || page.entries.length === 0) return;
    }
  }

  async #forget(mount: MountedShare, directory: FileId, name: Buffer, id: FileId): Promise<void> {
    try {
      await mount.volume.unlink({}, directory, name, { ifTarget: { id } });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

function nameOfTime(seconds: number): string {
  return String(seconds).padStart(digits, '0');
}
