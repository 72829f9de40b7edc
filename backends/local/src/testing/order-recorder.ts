import { basename, dirname } from 'node:path';
import { blobOfName } from '../content/blob-path.ts';
import { firstOf } from '../format/keys.ts';
import type { HostFiles } from '../host/host-files.ts';
import { nodeHostFiles } from '../host/node-host-files.ts';
import type { CommitObserver } from '../tree/committer.ts';
import type { Transaction } from '../tree/transaction.ts';

interface BlobState {
  readonly directory: string;
  nameSynced: boolean;
  /** Bytes were written since the last sync began. */
  unsynced: boolean;
}

/**
 * Watches the order of host operations and commits, and notes whatever breaks the rules of ARCHITECTURE.md: blob data sync → its
 * directory's sync → commit of the reference; free row durable → host unlink.
 */
export class OrderRecorder implements CommitObserver {
  readonly faults: string[] = [];
  readonly host: HostFiles;
  publications = 0;
  clears = 0;
  redirections = 0;
  unlinks = 0;
  readonly #blobs = new Map<number, BlobState>();
  readonly #published = new Set<number>();
  readonly #freed = new Set<number>();
  readonly #paths = new Map<number, string>();
  /** Descriptors through which bytes came that no sync covers: the host tells a failed write-back to those only. `check` has others of its own. */
  readonly #dirty = new Set<number>();

  constructor() {
    const host = nodeHostFiles();
    const state = (fd: number): BlobState | undefined => this.#blobs.get(blobOf(this.#paths.get(fd) ?? '') ?? -1);
    const written = async (fd: number, work: Promise<unknown>): Promise<void> => {
      await work;
      const blob = state(fd);
      if (blob === undefined) return;
      blob.unsynced = true;
      this.#dirty.add(fd);
    };
    this.host = {
      ...host,
      open: async (path, how) => {
        const fd = await host.open(path, how);
        this.#paths.set(fd, path);
        const blob = blobOf(path);
        if (how === 'create' && blob !== undefined)
          this.#blobs.set(blob, { directory: dirname(path), nameSynced: false, unsynced: false });
        return fd;
      },
      close: async (fd) => {
        const blob = blobOf(this.#paths.get(fd) ?? '');
        if (this.#dirty.has(fd) && blob !== undefined && this.#published.has(blob) && !this.#freed.has(blob)) {
          this.faults.push(`blob ${blob} closed with unsynced bytes`);
        }
        this.#dirty.delete(fd);
        this.#paths.delete(fd);
        await host.close(fd);
      },
      write: async (fd, chunks, position) => {
        const count = await host.write(fd, chunks, position);
        await written(fd, Promise.resolve());
        return count;
      },
      truncate: (fd, size) => written(fd, host.truncate(fd, size)),
      punch: host.punch && ((fd, offset, length) => written(fd, host.punch?.(fd, offset, length) ?? Promise.resolve())),
      sync: async (fd) => {
        const blob = state(fd);
        if (blob !== undefined) blob.unsynced = false;
        this.#dirty.delete(fd);
        await host.sync(fd);
      },
      syncDirectory: async (path) => {
        const before = [...this.#blobs.values()];
        await host.syncDirectory(path);
        for (const blob of before) if (blob.directory === path) blob.nameSynced = true;
      },
      unlink: async (path) => {
        const blob = blobOf(path);
        this.unlinks += 1;
        if (blob !== undefined && this.#published.has(blob) && !this.#freed.has(blob)) {
          this.faults.push(`blob ${blob} unlinked before its free row was durable`);
        }
        await host.unlink(path);
      },
    };
  }

  committing(transaction: Transaction): void {
    const { tables, writes } = transaction;
    const marks = writes.some(({ table, value }) => table === tables.dirty && value !== undefined);
    for (const { table, key, value } of writes) {
      const id = firstOf(key);
      if (table === tables.blobs && value !== undefined) this.#publish(id, marks);
      if (table === tables.dirty && value === undefined) this.#clear(transaction, id);
      if (table === tables.extents && value === undefined) this.#redirect(transaction, id);
    }
  }

  committed(transaction: Transaction): void {
    for (const { table, key, value } of transaction.writes) {
      if (table === transaction.tables.freeBlobs && value !== undefined) this.#freed.add(firstOf(key));
    }
  }

  #publish(id: number, marks: boolean): void {
    const blob = this.#blobs.get(id);
    this.publications += 1;
    if (blob?.nameSynced !== true) this.faults.push(`blob ${id} published before its directory was synced`);
    // Under a dirty mark that recovery knows of, the bytes may follow.
    if (!marks && blob?.unsynced === true) this.faults.push(`blob ${id} published before its bytes were synced`);
    this.#published.add(id);
  }

  #clear(transaction: Transaction, file: number): void {
    const blob = transaction.loaded.find((inode) => inode.id === file)?.content.blob ?? 0;
    const { freeBlobs, freeContents } = transaction.tables;
    // A content that goes takes its unsynced bytes with it.
    if (transaction.writes.some(({ table }) => table === freeBlobs || table === freeContents)) return;
    this.clears += 1;
    if (this.#blobs.get(blob)?.unsynced === true)
      this.faults.push(`file ${file} called clean before its bytes were synced`);
  }

  #redirect(transaction: Transaction, content: number): void {
    const owner = transaction.loaded.find((inode) => inode.content.id === content);
    if (owner === undefined || owner.content.blob === 0) return;
    this.redirections += 1;
    if (this.#blobs.get(owner.content.blob)?.unsynced === true) {
      this.faults.push(`extents of file ${owner.id} taken away before the copy was synced`);
    }
  }
}

function blobOf(path: string): number | undefined {
  return blobOfName(basename(path));
}
