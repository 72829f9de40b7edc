import { join } from 'node:path';
import { storageErrorOf } from '../host/errors.ts';
import type { HostFiles } from '../host/host-files.ts';
import { blobDirectoryOf, blobName } from './blob-path.ts';

/** An open blob, pinned by whoever acquired it until released. */
export interface OpenBlob {
  readonly id: number;
  readonly fd: number;
  users: number;
  /** Written since the last sync: closing it now could lose the host's report of a failed write-back. */
  unsynced: boolean;
  discarded: boolean;
}

interface Opening {
  /** Each of them has the blob pinned from the moment that it is open. */
  waiters: number;
  readonly blob: Promise<OpenBlob>;
}

/** The open host files of content: bounded, least recently used out first, never one that is pinned or unsynced. */
export class BlobStore {
  readonly host: HostFiles;
  readonly directory: string;
  readonly #capacity: number;
  readonly #open = new Map<number, OpenBlob>();
  readonly #opening = new Map<number, Opening>();

  constructor(host: HostFiles, directory: string, capacity: number) {
    this.host = host;
    this.directory = directory;
    this.#capacity = capacity;
  }

  path(id: number): string {
    return join(this.directory, blobDirectoryOf(id), blobName(id));
  }

  /** Creates the host file; it must not exist. Its directory is synced by the caller. */
  async create(id: number): Promise<void> {
    const fd = await this.host.open(this.path(id), 'create');
    this.#keep({ id, fd, users: 0, unsynced: false, discarded: false });
  }

  async acquire(id: number): Promise<OpenBlob> {
    const now = this.acquireNow(id);
    if (now !== undefined) return now;
    let opening = this.#opening.get(id);
    if (opening === undefined) {
      opening = { waiters: 0, blob: this.#openHost(id) };
      this.#opening.set(id, opening);
    }
    opening.waiters += 1;
    return await opening.blob;
  }

  /** The blob, if it is open already. */
  acquireNow(id: number): OpenBlob | undefined {
    const blob = this.#open.get(id);
    if (blob === undefined) return undefined;
    this.#open.delete(id);
    this.#open.set(id, blob);
    blob.users += 1;
    return blob;
  }

  release(blob: OpenBlob): void {
    blob.users -= 1;
    if (blob.users > 0) return;
    if (blob.discarded) void this.#close(blob);
    else if (this.#open.size > this.#capacity) this.#evict();
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** fdatasync; afterwards the blob is clean unless it was written meanwhile. */
  async sync(blob: OpenBlob): Promise<void> {
    blob.unsynced = false;
    try {
      await this.host.sync(blob.fd);
    } catch (error) {
      blob.unsynced = true;
      throw storageErrorOf(error, `sync of blob ${blob.id}`);
    }
  }

  /** Unlinks the host file; readers that have it open read on. */
  async discard(id: number): Promise<void> {
    const blob = this.#open.get(id);
    if (blob !== undefined) {
      this.#open.delete(id);
      blob.discarded = true;
      if (blob.users === 0) await this.#close(blob);
    }
    await this.host.unlink(this.path(id)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
  }

  async closeAll(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    for (const blob of all) await this.#close(blob);
  }

  async #openHost(id: number): Promise<OpenBlob> {
    try {
      const fd = await this.host.open(this.path(id), 'existing');
      const users = this.#opening.get(id)?.waiters ?? 0;
      const blob = { id, fd, users, unsynced: false, discarded: false };
      this.#keep(blob);
      return blob;
    } catch (error) {
      throw storageErrorOf(error, `open of blob ${id}`);
    } finally {
      this.#opening.delete(id);
    }
  }

  #keep(blob: OpenBlob): void {
    this.#open.set(blob.id, blob);
    if (this.#open.size > this.#capacity) this.#evict(blob);
  }

  #evict(except?: OpenBlob): void {
    for (const blob of this.#open.values()) {
      if (this.#open.size <= this.#capacity) return;
      if (blob === except || blob.users > 0 || blob.unsynced) continue;
      this.#open.delete(blob.id);
      void this.#close(blob);
    }
  }

  /** A close of a blob without unsynced bytes has nothing to lose; its result is of no use to anybody. */
  async #close(blob: OpenBlob): Promise<void> {
    await this.host.close(blob.fd).catch(() => undefined);
  }
}
