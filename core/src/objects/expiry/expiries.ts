import type { MountedShare } from '../../namespace/mounts.ts';
import type { ObjectMetadata } from '../../service/index.ts';
import type { FileId, NewFile } from '../../spi/index.ts';
import { StorageError } from '../../spi/index.ts';
import type { SystemDirectories } from '../../namespace/system-directory.ts';
import { isGone } from '../../namespace/system-directory.ts';
import type { NameLists } from '../list/name-lists.ts';
import { expiringXattr } from '../record/xattr-names.ts';

/** Seconds since 1970; twelve digits hold it. */
const maxExpiry = 2 ** 40;
const digits = 13;
/** Entries that are read at a time. */
const pageSize = 256;

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

  constructor(system: SystemDirectories, lists: NameLists) {
    this.#system = system;
    this.#lists = lists;
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

  /** Entries up to a second, the earliest first. */
  async *upTo(mount: MountedShare, seconds: number): AsyncGenerator<Expired> {
    const directory = await this.#system.expiringIfThere(mount, {});
    if (directory === undefined) return;
    const end = Buffer.from(nameOfTime(seconds + 1));
    for (let from: Buffer = Buffer.alloc(0); ;) {
      const page = await this.#lists.page(mount.volume, mount.volumeName, {}, directory, from, false, {
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
